"""Timers of power saving as text of eight bits: 3GPP TS 24.008, tables 10.5.163a and 10.5.172.

Three bits are the unit, five the value. Both are rounded up to what can be written: a timer that
is shorter than asked for would end a connection early, or cost an update of the location.
"""

from micropython import const

_OFF = const(7)
_MOST = const(31)
# Seconds of each unit by its three bits.
_ACTIVE_S = (2, 60, 360)  # T3324; others count as minutes
_PERIODIC_S = (600, 3600, 36_000, 2, 30, 60, 1_152_000)  # T3412 extended
_EIGHT = const(8)
_ACTIVE_ASKED_S = const(2)
_LONGEST_ACTIVE_S = const(180)
_LEAST_UPDATES = const(8)
_DAY_S = const(86_400)


def active_bits(seconds):
    """T3324 of at least so many seconds, 0 ... 11,160; ValueError beyond."""
    return _bits(seconds, _ACTIVE_S)


def periodic_bits(seconds):
    """T3412 extended of at least so many seconds, 0 ... 35,712,000 (413 d); ValueError beyond."""
    return _bits(seconds, _PERIODIC_S)


def active_s(bits):
    """Seconds of a T3324, None: deactivated, so there is no power saving. ValueError."""
    unit, value = _parts(bits)
    if unit == _OFF:
        return None
    return value * (_ACTIVE_S[unit] if unit < len(_ACTIVE_S) else 60)


def periodic_s(bits):
    """Seconds of a T3412 extended, None: deactivated, the network's T3412 counts. ValueError."""
    unit, value = _parts(bits)
    return None if unit == _OFF else value * _PERIODIC_S[unit]


def asked_s(report_s):
    """(T3324, T3412 extended) to ask for: a report replaces the update of the location when it
    comes before it, also one that waits for the energy of the next day.
    """
    period_s = max(report_s, _DAY_S)
    return _ACTIVE_ASKED_S, period_s + period_s // 4


def is_worth(granted_active_s, granted_periodic_s, report_s):
    """True when a modem is left in power saving until the next report, False: switched off.

    None: not granted. Awake for minutes, or updating its location again and again, it would take
    more than the 5 to 15 J of joining the network anew.
    """
    if granted_active_s is None or granted_active_s > _LONGEST_ACTIVE_S:
        return False
    return granted_periodic_s is None or granted_periodic_s * _LEAST_UPDATES >= report_s


def _bits(seconds, units):
    best = None
    if seconds < 0:
        raise ValueError("a timer of %d s" % seconds)
    for unit, unit_s in enumerate(units):
        value = -(-seconds // unit_s)
        if 0 <= value <= _MOST and (best is None or value * unit_s < best[0]):
            best = value * unit_s, unit << 5 | value
    if best is None:
        raise ValueError("no timer of %d s can be written" % seconds)
    return "".join(["1" if best[1] >> (7 - n) & 1 else "0" for n in range(_EIGHT)])


def _parts(bits):
    if len(bits) != _EIGHT or bits.strip("01"):
        raise ValueError("%r are not eight bits" % (bits,))
    number = int(bits, 2)
    return number >> 5, number & _MOST
