"""What the meter remembers of its modem between wakes, in retained memory. Lost with the power:
then the modem is found out about anew.
"""

import struct

_LAYOUT = "<BBhBHBIIIIIiiibbIB"
BYTES = struct.calcsize(_LAYOUT)
_FIELDS = (
    "is_asleep",  # 1: left in power saving, registered
    "ecl",  # coverage level of the last report
    "rsrp_dbm",
    "fault",  # of the last report, core/fault.py; 0: none
    "cause",
    "rung",  # the last one that was tried, core/ladder.py
    "day",  # to which the energies below belong, days since 1970 or since power-on
    "spent_mj",
    "alarm_mj",
    "cycled_day",  # the day behind that when its supply was last cut, 0: it never was
    "address",  # of the broker, IPv4, 0: not known
    "asked_s",  # when it was asked for
    "active_s",  # T3324 and T3412 extended as granted, -1: not granted
    "periodic_s",
    "snr_db",  # when rsrp_dbm was measured; -128: the modem does not tell it
    "tx_dbm",  # its power at the last sending
    "last_day_mj",  # both energies of the last day that has ended
    "sleepless",  # reports in a row that found it awake though it was left in power saving
)


class ModemState:
    """Attributes: _FIELDS. retained: of retained.py, saved with the meter's state."""

    is_asleep: int
    ecl: int
    rsrp_dbm: int
    fault: int
    cause: int
    rung: int
    day: int
    spent_mj: int
    alarm_mj: int
    cycled_day: int
    address: int
    asked_s: int
    active_s: int
    periodic_s: int
    snr_db: int
    tx_dbm: int
    last_day_mj: int
    sleepless: int

    def __init__(self, retained):
        self._retained = retained
        packed = retained.modem(BYTES)
        values = struct.unpack(_LAYOUT, packed) if packed else [0] * len(_FIELDS)
        for name, value in zip(_FIELDS, values):
            setattr(self, name, value)

    def keep(self):
        values = [getattr(self, name) for name in _FIELDS]
        self._retained.keep_modem(struct.pack(_LAYOUT, *values))
