"""What a meter says of itself once a day, and when its firmware or configuration has changed.

In memory only meanwhile.
"""

from binascii import crc32

from micropython import const

from firmware.core import freeze, record
from firmware.core.seal import unseal
from firmware.version import VERSION

# By event.POWER_ON and so on; the last one is a wake that did not end in sleep.
_CAUSES = ("power_on", "reset", "watchdog", "brown_out", "crash")
_NOT_TOLD_DB = const(-128)
_LEDGER_VERSION = const(1)
_COUNTS = const(28)  # of service/acts.py


def news(state, config, store, retained, nvs):
    """(state.told_crc when it is told, a dictionary for the profile, None: it is not due)."""
    day, levels = freeze.day_of(state.time.now_s()), retained.watch_head()[2]
    set_by_command = config.report_s, config.slot_s, config.timezone_min
    now = day, state.config_crc, set_by_command, config.profile, VERSION, levels
    crc = crc32(repr(now).encode())
    if crc == state.told_crc:
        return crc, None
    told = _status(state, config, store, retained, levels)
    ledger = _ledger(nvs)
    if ledger:
        told["ledger"] = ledger
    return crc, told


def _status(state, config, store, retained, levels):
    """docs/payload.md has its units. levels: of the alarms, as in watch_head()."""
    causes = [name for n, name in enumerate(_CAUSES) if state.causes >> n & 1]
    told = {
        "firmware": VERSION,
        "configuration": "%08x" % state.config_crc,
        "boot": state.boot,
        "reset_causes": causes,
        "failed_reports": max(0, state.failures - 1),  # this one is among them until it ends
        "slot_s": config.slot_s,
        "report_s": config.report_s,
        "coarse": config.coarse,
        "timezone_min": config.timezone_min,
    }
    if state.time.is_known():
        told["time_s"], told["uncertainty_s"] = state.time.now_s(), state.time.uncertainty_s()
    last = store and store.last_reading()
    if last:
        told["battery_mv"] = last.battery_mv
    if state.flags & record.STORAGE_FAULT:
        told["storage_fault"] = 1
    if levels:
        told["alarms"] = _alarms(levels)
    if config.link != "wifi":
        told["modem"] = _modem(retained)
    return told


def _alarms(levels):
    """Of those that are on, name and level."""
    from firmware.core.leaks.names import KINDS  # seldom

    on = [(name, levels >> 2 * n + 2 & 3) for n, name in enumerate(KINDS)]
    return " ".join(["%s:%d" % one for one in on if one[1]])


def _ledger(nvs):
    """The sums of storage/ledger.py, "": there are none. Without it, which would bring names."""
    try:
        content = unseal(nvs.read("ledger1") or b"")
    except OSError:
        return ""
    if not content:
        return ""
    text = b"%d,%d,%d" % (_LEDGER_VERSION, _number(content, 9, 4), _number(content, 13, 8))
    for n in range(_COUNTS):
        text += b",%d" % _number(content, 21 + 4 * n, 4)
    return str(text, "utf-8")


def _number(content, at, size):
    return int.from_bytes(content[at : at + size], "little")


def _modem(retained):
    from firmware.storage.modem_state import ModemState

    known = ModemState(retained)
    told = {"ecl": known.ecl, "last_day_mj": known.last_day_mj}
    if known.rsrp_dbm:
        told["rsrp_dbm"] = known.rsrp_dbm
        for name in ("snr_db", "tx_dbm"):
            if getattr(known, name) != _NOT_TOLD_DB:
                told[name] = getattr(known, name)
    for name in ("active_s", "periodic_s"):
        if getattr(known, name) >= 0:  # else it is not granted
            told[name] = getattr(known, name)
    return told
