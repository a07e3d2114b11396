"""The odometer at the turn of a day or a month as bytes: docs/record-format.md, kind 4."""

import struct
from collections import namedtuple

from micropython import const

_KIND = const(4)
_LAYOUT = const("<BIHHHQQ")
_BYTES = const(27)
_DAY_S = const(86400)

Freeze = namedtuple(
    "Freeze",
    (
        "time_s",  # Unix seconds of the first reading of the new day or month
        "uncertainty_s",
        "boot",
        "flags",  # of that reading
        "odometer_ml",
        "pulses",
    ),
)


def pack(freeze):
    return struct.pack(_LAYOUT, _KIND, *freeze)


def unpack(body):
    """The freeze in body; ValueError when it is not one of this version."""
    if len(body) != _BYTES or body[0] != _KIND:
        raise ValueError("not a freeze of this version")
    return Freeze(*struct.unpack(_LAYOUT, body)[1:])


def is_due(day, last_day):
    """True when `day` (days since 1970) has no freeze yet; last_day: of the newest, 0 none.

    A clock that is put right by some seconds around midnight repeats no day; one that was
    days ahead does not stop the freezes until it is there again.
    """
    return day > last_day or day < last_day - 1


def month(day):
    """12 * year + month - 1 of a day since 1970. After H. Hinnant, civil_from_days."""
    day += 719468  # from 0000-03-01 on, so that a leap day is the last of its year
    era_day = day % 146097
    year_of_era = (era_day - era_day // 1460 + era_day // 36524 - era_day // 146096) // 365
    year_day = era_day - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    months = (5 * year_day + 2) // 153  # since March
    return 12 * (year_of_era + day // 146097 * 400) + months + 2


def day_of(time_s):
    return time_s // _DAY_S
