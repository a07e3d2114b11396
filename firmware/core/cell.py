"""What a modem says of the network: registration with its timers, and the time. 3GPP TS 27.007.

Fields are read by position with defaults, since modems leave them out, quote them or not, and
some insert one.
"""

from micropython import const

_HOME, _ROAMING = const(1), const(5)
DENIED = const(3)
_DAYS_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_UNIX_2000_DAYS = const(10957)
_FIRST_YEAR, _LAST_YEAR = const(24), const(69)


def fields(line):
    """Of "+NAME: a,"b",c": the values without quotes and spaces."""
    return [part.strip().strip('"') for part in line[line.find(":") + 1 :].split(",")]


def is_registered(stat):
    return stat in (_HOME, _ROAMING)


def registration(line):
    """(state or None, cause or None, T3324 bits, T3412 extended bits) of an answer to CEREG?."""
    parts = fields(line)
    stat = number(parts, 1)
    # <cause_type>,<reject_cause> stand behind the access technology when n is 3 or 5, and only
    # type 0 is of the network's own table; modems with an MT2625 put two hex digits between.
    place = 7 if len(parts) > 5 and len(parts[5]) == 2 else 6
    cause = number(parts, place) if number(parts, place - 1) == 0 else None
    found = [n for n in range(5, len(parts)) if len(parts[n]) == 8 and not parts[n].strip("01")]
    active, periodic = ([parts[n] for n in found] + ["", ""])[:2]
    if len(found) == 1 and found[0] > place + 1 and found[0] == len(parts) - 1:
        active, periodic = "", active  # the field before it is empty
    return stat, cause, active, periodic


def number(parts, place):
    """The whole number at a place, None: there is none."""
    text = parts[place] if place < len(parts) else ""
    sign = -1 if text[:1] == "-" else 1
    return sign * int(text[sign < 0 :]) if text[sign < 0 :].isdigit() else None


def unix_s(line, is_utc):
    """Unix seconds of an answer to CCLK?, None: it is not set, or no time.

    is_utc: its fields are; else they are local, and the zone behind them is in quarter hours.
    """
    text = line[line.find(":") + 1 :].strip().strip('"')
    digits = "".join([letter if letter.isdigit() else " " for letter in text]).split()
    if len(digits) < 6:
        return None
    year, month, day, hour, minute, second = [int(part) for part in digits[:6]]
    if year >= 2000:
        year -= 2000
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12 and 1 <= day <= 31):
        return None
    if hour > 23 or minute > 59 or second > 59:
        return None
    days = year * 365 + (year + 3) // 4 + _DAYS_BEFORE[month - 1] + day - 1
    if month > 2 and year % 4 == 0:
        days += 1
    found_s = (((_UNIX_2000_DAYS + days) * 24 + hour) * 60 + minute) * 60 + second
    if is_utc or len(digits) < 7:
        return found_s
    zone_s = 900 * int(digits[6])
    return found_s + zone_s if "-" in text[8:] else found_s - zone_s
