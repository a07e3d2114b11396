"""The configuration of this wake; what it changes, or why it is refused, becomes an event."""

from binascii import crc32

from micropython import const

from firmware import config
from firmware.core import event, record
from firmware.core.errors import ConfigError, StorageFault
from firmware.passing import call

_COMMANDED = const("commanded.json")  # of commanded.py, which most wakes do without


def configured(files, state, keeping):
    """The configuration in force, or None when there is not even a last good one.

    files: of the image, with config.json. A refused one leaves the last good one in force.
    """
    try:
        found, text, crc = config.load(files, state.config_crc)
    except ConfigError as refusal:
        found, text = _last_good(state, keeping, str(refusal))
    else:
        state.refused_crc = 0
        if crc != state.config_crc and keeping.use(
            lambda store: _accept(store, keeping, found, text)
        ):
            state.config_crc = crc
            state.is_configured = 1
    if found and text and _has_commanded(files):
        from firmware.commanded import layered

        found = layered(files, found, text, keeping)
    if found and state.time.is_known() and state.time.now_s() < state.expected_s:
        found.burst_l_per_h = 0  # the flow is expected: it neither wakes nor is marked
    if found and state.thrift:
        call("firmware.core.thrift", "stretch", found, state.thrift)
    return found


def _has_commanded(files):
    try:
        return files.size(_COMMANDED) is not None
    except OSError as error:
        print("%s is not readable: %s" % (_COMMANDED, error))
        return False


def _last_good(state, keeping, refusal):
    """(configuration, its text); None, None: nothing is known, and defaults have no text."""
    state.flags |= record.CONFIG_REFUSED
    crc = crc32(refusal.encode())
    # Said once, not in each wake.
    if crc != state.refused_crc and keeping.note(event.CONFIG_REFUSED, text=refusal):
        state.refused_crc = crc
    found = []
    keeping.use(lambda store: found.append(config.load_last_good(store.files)))
    last = found[0] if found else (None, None)
    # None: it was lost with its journal. What the counter holds waits for one that is right.
    stays = "the last good one stays" if last[0] else "none is"
    if found and last[0] is None and not state.is_configured:
        last, stays = (config.checked({}), None), "the defaults are"  # a new meter
    print("configuration refused: %s; %s in force" % (refusal, stays))
    return last


def _accept(store, keeping, new, text):
    try:
        old, known = config.load_last_good(store.files)
        if text == known:
            return
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
