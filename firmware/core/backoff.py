"""When to call the network: each meter at a place of its own behind a report slot, so that 130,000
of them do not come at once; after a failure jittered and growing, longest where the network has
said no (GSMA TS.34).
"""

from binascii import crc32

from micropython import const

from firmware.core import fault

_FIRST_S = const(600)
_LEAST_S = const(300)
_DAY_S = const(86_400)
_HOUR_S = const(3600)
_CONGESTION_S = const(900)
_MOST_FAILURES = const(6)  # 3**5 * 10 min are more than a day
_GOLDEN = const(0x9E3779B1)  # 2**32 / golden ratio: consecutive numbers fall far apart
_WORD = const(0xFFFFFFFF)
# Causes of EMM, 3GPP TS 24.301: not this SIM or device; not in this place.
_FOR_GOOD = (2, 3, 5, 6, 7, 8, 14)
_NOT_HERE = (11, 12, 13, 15)
# Of an address: the APN is unknown, its user not let in, the service not subscribed; causes of
# ESM, and of +CME ERROR. Behind them what +CME ERROR says of a subscription.
_NOT_SUBSCRIBED = (27, 29, 33, 132, 133, 134, 149)
_NOT_ALLOWED = (103, 106, 107, 111, 112, 113)


def refusal_s(failures, found, cause, random):
    """Seconds that have to pass after so many failures in a row (1 or more), whatever is planned.

    0: nobody has refused the meter. found, cause: of core/fault.py. random: 0 ... 65535.
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
    base_s = _grown(first_s, failures)
    return base_s + _part(base_s // 2, random)


def tomorrow_s(now_s, window_s, random):
    """Seconds until the energy of another day is there, and up to window_s more."""
    return _DAY_S - now_s % _DAY_S + _part(window_s, random)


def retry_s(now_s, slot_s, window_s, failures, is_urgent, random):
    """When to try again, where nobody has refused the meter: Unix time.

    Half to one and a half of the window, so that not all meters that failed come on top of those
    whose slot it is; then of three windows, nine ... An alarm begins with ten minutes, then
    twenty, forty, each hour, for as long as there is energy for it (radio.py). Never later than
    slot_s, the meter's own next place: so a fleet that was away for long returns as evenly as it
    reports. Never within five minutes.
    """
    base_s = _grown(max(_FIRST_S, window_s), failures)
    if is_urgent:
        base_s = min(_HOUR_S, _FIRST_S << min(failures, _MOST_FAILURES) - 1)
    tried_s = now_s + base_s // 2 + _part(base_s, random)
    return min(tried_s, max(slot_s, now_s + _LEAST_S))


def spread_s(identity, window_s):
    """The meter's place behind a report slot, 0 ... window_s - 1 seconds.

    identity: its name, or the number of its chip (bytes) when it has none. Numbers of the same
    name that follow each other are spread evenly; whatever else is in a name moves them all.
    """
    number, rest = 0, b""
    if isinstance(identity, bytes):
        number = int.from_bytes(identity[-4:], "big")
    else:
        for byte in identity.encode():  # a letter would be one of the interpreter's names
            if 48 <= byte <= 57:
                number = (number * 10 + byte - 48) & _WORD
            else:
                rest += bytes([byte])
    return ((number * _GOLDEN + crc32(rest)) & _WORD) * window_s >> 32


def _grown(first_s, failures):
    return min(_DAY_S, first_s * 3 ** (min(failures, _MOST_FAILURES) - 1))


def _part(most_s, random):
    return most_s * (random & 0xFFFF) // 65536
