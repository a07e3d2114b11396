"""Unix seconds as a date, for platforms that want one. Whatever the interpreter's epoch is."""

from micropython import const

_DAY_S = const(86400)


def utc(time_s):
    """(year, month, day, hour, minute, second). After H. Hinnant, civil_from_days."""
    day, second = divmod(time_s, _DAY_S)
    day += 719468  # from 0000-03-01 on, so that a leap day is the last of its year
    era_day = day % 146097
    year = (era_day - era_day // 1460 + era_day // 36524 - era_day // 146096) // 365
    year_day = era_day - (365 * year + year // 4 - year // 100)
    month = (5 * year_day + 2) // 153  # since March
    date = year_day - (153 * month + 2) // 5 + 1
    year += day // 146097 * 400 + month // 10
    month = (month + 2) % 12 + 1
    return year, month, date, second // 3600, second // 60 % 60, second % 60
