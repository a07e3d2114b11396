"""Times as they go into a record, and as they are known when the record goes out."""

from collections import namedtuple

from micropython import const

from firmware.core import record, slow_count

# flags: record.TIME_UNKNOWN or 0. era: see core/dating.py
When = namedtuple("When", ("time_s", "flags", "uncertainty_s", "era"))

_MEASURED_MS = const(60_000)  # in which the crystal's millisecond is 17 ppm of the slow clock


class SlowClock:
    """The slow clock of a clock port, calibrated anew in each minute of a chip that stays awake:
    the image does it at boot only.
    """

    def __init__(self, clock):
        self._clock = clock
        self._since_ms = clock.ticks_ms()
        self._since_ticks = self._calibration = 0

    def slow(self):
        """(ticks, microseconds for each in Q13.19) of now."""
        ticks, calibration = self._clock.slow()
        if calibration == slow_count.MICROSECOND:
            return ticks, calibration
        passed_ms, passed = self._clock.elapsed_ms(self._since_ms), ticks - self._since_ticks
        if not self._since_ticks or passed_ms >= _MEASURED_MS:
            if self._since_ticks and passed > 0:
                self._calibration = (1000 * passed_ms << 19) // passed
            self._since_ms, self._since_ticks = self._clock.ticks_ms(), ticks
        return ticks, self._calibration or calibration


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
