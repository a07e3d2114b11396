"""The odometer at the turn of each day and month, where hourly readings can't push it out."""

from micropython import const

from firmware.core import freeze
from firmware.storage.journal import Journal
from firmware.storage.segments import Segments

# Five blocks of littlefs are 552 days, one is 110 months. There are two segments of each; when the
# older one is dropped, so many are left: more than the 460 days and 36 months of the promise.
_DAYS_BYTES = const(20_452)
_ALL_DAYS_BYTES = const(40_960)
_MONTHS_BYTES = const(4_096)
_ALL_MONTHS_BYTES = const(8_192)


class Freezes:
    """Any call may raise StorageFault."""

    def __init__(self, folder, full):
        self._folders = folder, full
        self.days = self._journal("d", _DAYS_BYTES, _ALL_DAYS_BYTES)
        self._months = None

    @property
    def months(self):
        if self._months is None:
            self._months = self._journal("m", _MONTHS_BYTES, _ALL_MONTHS_BYTES)
        return self._months

    def _journal(self, letter, segment_bytes, all_bytes):
        segments = Segments(*self._folders, letter)
        return Journal(segments, segment_bytes, lambda: all_bytes)

    def last_s(self):
        """Unix time at the beginning of the newest day, 0 when there is none."""
        return 86400 * _last_day(self.days)

    def keep(self, reading):
        """Freeze a dated reading, if its day or month has no freeze yet."""
        day = freeze.day_of(reading.time_s)
        last_day = _last_day(self.days)
        if not freeze.is_due(day, last_day):
            return
        body = freeze.pack(
            freeze.Freeze(
                reading.time_s,
                reading.uncertainty_s,
                reading.boot,
                reading.flags,
                reading.odometer_ml,
                reading.pulses,
            )
        )
        # The month first: the day says that both are done.
        if freeze.month(day) != freeze.month(_last_day(self.months)):
            self.months.append(body)
        self.days.append(body)


def _last_day(journal):
    """Days since 1970 of the newest freeze, 0 when there is none."""
    if journal.last_body is None:
        return 0
    try:
        return freeze.day_of(freeze.unpack(journal.last_body).time_s)
    except ValueError:
        return 0
