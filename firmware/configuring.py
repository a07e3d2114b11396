"""The configuration of this wake; what it changes, or why it is refused, becomes an event."""

from binascii import crc32

from firmware import config
from firmware.core import event, record
from firmware.core.errors import ConfigError, StorageFault


def configured(files, state, keeping):
    """The configuration in force, or None when there is not even a last good one.

    files: of the image, with config.json. A refused one leaves the last good one in force.
    """
    try:
        found, text, crc = config.load(files, state.config_crc)
    except ConfigError as refusal:
        return _last_good(state, keeping, str(refusal))
    state.refused_crc = 0
    if crc != state.config_crc and keeping.use(lambda store: _accept(store, keeping, found, text)):
        state.config_crc = crc
        state.is_configured = 1
    return found


def _last_good(state, keeping, refusal):
    print("configuration refused: %s; the last good one stays in force" % refusal)
    state.flags |= record.CONFIG_REFUSED
    crc = crc32(refusal.encode())
    # Said once, not in each wake.
    if crc != state.refused_crc and keeping.note(event.CONFIG_REFUSED, text=refusal):
        state.refused_crc = crc
    found = []
    if not keeping.use(lambda store: found.append(config.load_last_good(store.files))):
        return None
    if found[0] is None and not state.is_configured:
        return config.checked({})  # a new meter
    # Else it was lost with its journal: what the counter holds waits for one that is right.
    return found[0]


def _accept(store, keeping, new, text):
    try:
        if text == config.last_good_text(store.files):
            return
        old = config.load_last_good(store.files)
    except ConfigError as error:
        print(error)  # a damaged one is replaced now; what it held cannot be told
        old = None
    old = old or config.checked({})
    by = " by %s" % new.changed_by if new.changed_by else ""
    for key, default, _, _ in config.FIELDS:
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            if isinstance(default, str):
                before = after = 0  # a text may be a password
            if not keeping.note(event.CONFIG_CHANGED, before, after, key + by):
                raise StorageFault("a change of %s could not be told" % key)
    config.keep_as_last_good(store.files, text)
