"""Limits of drinking water as data, and what a reading with an uncertainty says about one."""

from micropython import const

# By source: TDS in ppb (1000 is a mg/L), turbidity in mNTU. WHO has no health value for either:
# above 1000 mg/L water tastes poor, up to 5 NTU consumers accept it.
LIMITS = {
    "gb5749": (1_000_000, 1_000),  # GB 5749-2022, tables 1 and 2
    "gb5749_small": (1_000_000, 3_000),  # the same, small systems under its conditions
    "who": (1_000_000, 5_000),  # Guidelines for drinking-water quality, 4th edition
}

OK = const(0)
ABOVE_LIMIT = const(1)
CANNOT_TELL = const(2)


def verdict(value, uncertainty, limit):
    """OK or ABOVE_LIMIT only when the whole range of value +- uncertainty says so.

    None for a value that was rejected.
    """
    if value is None:
        return CANNOT_TELL
    if value - uncertainty > limit:
        return ABOVE_LIMIT
    return OK if value + uncertainty <= limit else CANNOT_TELL
