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
# Of an address: the APN is unknown, its user not let in, the service not subscribed; causes of
# ESM, and of +CME ERROR. Behind them what +CME ERROR says of a subscription.
_NOT_SUBSCRIBED = (27, 29, 33, 132, 133, 134, 149)
_NOT_ALLOWED = (103, 106, 107, 111, 112, 113)


def delay_s(failures, found, cause, random):
    """Seconds until the next try after so many failures in a row (1 or more).

    found, cause: of core/fault.py. random: 0 ... 65535.
    """
    first_s = 0
    if found in (fault.SIM, fault.PIN):
        first_s = _DAY_S
    elif found == fault.DENIED:
        first_s = _HOUR_S if cause in _NOT_HERE else _CONGESTION_S
        first_s = _DAY_S if cause in _FOR_GOOD else first_s
    elif found == fault.CONTEXT and cause in _NOT_SUBSCRIBED:
        first_s = _HOUR_S
    elif found == fault.CONTEXT and cause in _NOT_ALLOWED:
        first_s = _DAY_S
    steps = min(failures, _MOST_FAILURES) - 1
    base_s = min(_DAY_S, (first_s or _FIRST_S) * 3**steps)
    # Who was refused waits all of it; else half of it is the least. One and a half is the most.
    least_s = base_s if first_s else base_s // 2
    return least_s + (base_s + base_s // 2 - least_s) * (random & 0xFFFF) // 65536


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
