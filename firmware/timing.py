"""Times as they go into a record, and as they are known when the record goes out."""

from collections import namedtuple

from firmware.core import record

# flags: record.TIME_UNKNOWN or 0. era: see core/dating.py
When = namedtuple("When", ("time_s", "flags", "uncertainty_s", "era"))


def when(time):
    """Now, as it goes into a record; time: Timekeeping that has just looked."""
    flags = 0 if time.is_known() else record.TIME_UNKNOWN
    return When(time.now_s(), flags, time.uncertainty_s(), time.era)


def dated(state, found):
    """(Unix time or None, uncertainty, flags) of a reading or event as they are known now.

    What was recorded in an earlier boot stays as it is: the slow clock stopped in between.
    """
    time, flags = state.time, found.flags
    is_unknown = flags & record.TIME_UNKNOWN
    if found.boot != state.boot or is_unknown and not time.is_known():
        return None if is_unknown else found.time_s, found.uncertainty_s, flags
    if is_unknown:
        time_s, uncertainty_s = time.date_uptime(found.time_s)
        return time_s, uncertainty_s, flags & ~record.TIME_UNKNOWN | record.DATED_LATER
    time_s, uncertainty_s = time.date(found.time_s, found.era, found.uncertainty_s)
    if (time_s, uncertainty_s) != (found.time_s, found.uncertainty_s):
        flags |= record.DATED_LATER
    return time_s, uncertainty_s, flags
