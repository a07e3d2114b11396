"""What makes this meter the one that it is, for `rill backup`, and onto the board that follows it.

In memory only meanwhile. docs/cable.md says what of it is a key.
"""

import json
from binascii import crc32, hexlify

from firmware import config
from firmware.console.setting import SECRETS
from firmware.core.errors import ConfigError, StorageFault
from firmware.hal.nvs import Nvs
from firmware.service import register
from firmware.version import VERSION

_COMMANDED = "commanded.json"
# Of docs/record-format.md: calibrations, habits of the household, cell, energy, filter.
_BLOBS = ("probes1", "learned1", "cell1", "ledger1", "purifier1")
_CODE = "installer1"


def identity(session):
    """Who it is and what it has counted, now. ledger: its energy, as the blob is."""
    state, settings = session.state, session.settings
    session.change(lambda: _counted(session))
    return {
        "device": settings.device if settings else "",
        "name": (settings or config.checked({})).device_name(session.power.unique_id()),
        "chip": str(hexlify(session.power.unique_id()), "ascii"),
        "firmware": VERSION,
        "journal": "%016x" % state.journal,
        "is_configured": bool(state.is_configured),
        "odometer_ml": state.odometer_ml,
        "offset_ml": state.offset_ml,
        "command_counter": state.command_counter,
        "readings_waiting": max(0, state.next_seq - state.cursor_seq),
        "events_waiting": max(0, state.event_next_seq - state.event_cursor_seq),
        "ledger": _hex("ledger1"),
    }


def belongings(session, has_keys):
    """Its settings, and its blobs of non-volatile storage as hex. has_keys: secrets, too; without,
    left_out has the names of those that are set.
    """
    text, values = _settings(session)
    blobs = {key: _hex(key) for key in _BLOBS}
    secrets = [key for key in SECRETS if values.get(key)]
    if has_keys:
        blobs[_CODE] = _hex(_CODE)
    else:
        for key in SECRETS:
            values.pop(key, None)
        if len(_hex(_CODE)) > 2:
            secrets.append("installer code")
    return {
        "settings": values,
        "commanded": _commanded(session, text),
        "blobs": {key: blob for key, blob in blobs.items() if blob},
        "left_out": [] if has_keys else secrets,
    }


def follow(session, new):
    """Go on as another board did. new: who; command_counter; blobs, bytes by their keys;
    odometer_ml and offset_ml, None: they stay. May be done again. ValueError, StorageFault.
    """
    session.change(lambda: _follow(session, new))


def _follow(session, new):
    session.take()
    state, keeping, who = session.state, session.keeping, new["who"]
    odometer_ml, offset_ml = new["odometer_ml"], new["offset_ml"]
    for key in new["blobs"]:
        if key not in _BLOBS and key != _CODE:
            raise ValueError("%s is nothing that this firmware knows" % key)
    if odometer_ml is not None:
        keeping.store()  # what the journal knows of before is in the odometer then
        if odometer_ml > state.odometer_ml:
            register.hand_over(state, keeping, odometer_ml, who)
        if offset_ml != state.offset_ml:
            register.set_body_reading(state, keeping, state.odometer_ml + offset_ml, who)
    # What was obeyed by the board before is not obeyed again by this one.
    state.command_counter = max(state.command_counter, new["command_counter"])
    for key, blob in new["blobs"].items():
        try:
            Nvs().write(key, blob)
        except OSError as error:
            raise StorageFault("%s is not written: %s" % (key, error))
    if "learned1" in new["blobs"]:
        session.retained.keep_watch(b"")  # or the next look would keep what this board has learned
    if not keeping.keep():
        raise StorageFault("what was counted before could not be kept: once more")


def _counted(session):
    """All that is counted stands where a loss of power leaves it."""
    from firmware.storage.ledger import add

    counts = session.take()
    state, keeping = session.state, session.keeping
    keeping.use(lambda store: None)
    add(keeping.vault, session.retained, session.commit, state, counts)
    keeping.keep()


def _settings(session):
    """(text, values) of config.json, or of the last good one; of none: b"" and nothing."""
    text = None
    try:
        text = config.load(session.files, session.state.config_crc)[1]
    except ConfigError as error:
        print(error)
        try:
            text = config.load_last_good(session.keeping.store().files)[1]
        except (ConfigError, StorageFault) as fault:
            print(fault)
    return (text, json.loads(text)) if text else (b"", {})


def _commanded(session, text):
    """What commands have set over that text."""
    size = session.files.size(_COMMANDED)
    if size is None:
        return {}
    content = bytearray(size)
    session.files.read(_COMMANDED, 0, content)
    try:
        found = json.loads(bytes(content))
        return dict(found["values"]) if found["crc"] == crc32(text) else {}
    except (ValueError, KeyError, TypeError) as error:
        print("%s: %s" % (_COMMANDED, error))
        return {}


def _hex(key):
    try:
        return str(hexlify(Nvs().read(key) or b""), "ascii")
    except OSError as error:
        raise StorageFault("%s is not readable: %s" % (key, error))
