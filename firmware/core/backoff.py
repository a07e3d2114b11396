"""When to call the network again: jittered and growing, longest where it has said no (GSMA TS.34).

Meters are spread over the hour behind each report slot by their numbers, so that 130,000 of them
do not come at once.
"""

from binascii import crc32

from micropython import const

from firmware.core import fault

_FIRST_S = const(600)
_DAY_S = const(86_400)
_HOUR_S = const(3600)
_CONGESTION_S = const(900)
_MOST_FAILURES = const(6)  # 3**5 * 10 min are more than a day
_SPREAD_S = const(3600)
_GOLDEN = 0x9E3779B1  # 2**32 / golden ratio: consecutive numbers fall far apart
# Causes of EMM, 3GPP TS 24.301: not this SIM or device; not in this place.
_FOR_GOOD = (2, 3, 5, 6, 7, 8, 14)
_NOT_HERE = (11, 12, 13, 15)


def delay_s(failures, found, cause, random):
    """Seconds until the next try after so many failures in a row (1 or more).

    found, cause: of core/fault.py. random: 0 ... 65535.
    """
    if found in (fault.SIM, fault.PIN) or found == fault.DENIED and cause in _FOR_GOOD:
        base_s = _DAY_S
    else:
        steps = min(failures, _MOST_FAILURES) - 1
        first_s = _FIRST_S
        if found == fault.DENIED:
            first_s = _HOUR_S if cause in _NOT_HERE else _CONGESTION_S
        base_s = min(_DAY_S, first_s * 3**steps)
    # Half of it to one and a half.
    return base_s // 2 + base_s * (random & 0xFFFF) // 65536


def tomorrow_s(now_s, random):
    """Seconds until the energy of another day is there, and up to an hour more."""
    return _DAY_S - now_s % _DAY_S + _SPREAD_S * (random & 0xFFFF) // 65536


def spread_s(device, report_s):
    """Seconds behind a report slot, 0 ... 3599, by the number in the meter's name."""
    digits = ""
    for letter in device:
        digits = digits + letter if "0" <= letter <= "9" else ""
    number = int(digits[-9:]) if digits else crc32(device.encode())
    return (number * _GOLDEN & 0xFFFFFFFF) * min(_SPREAD_S, report_s) >> 32
