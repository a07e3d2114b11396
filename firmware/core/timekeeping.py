"""UTC within seconds on a slow clock that is off by percents and follows the temperature.

The time goes on with the counts of the slow clock. What a count is worth comes from two places:
its calibration against the crystal at both ends of a sleep, and the rate that is left over,
learned from one sync with the network to another. docs/time.md has the rules and their reasons.

"True" is UTC, "raw" is what the calibrations alone say. A rate is true time over raw time, less
one, in parts per thousand million (ppb). Everything is an integer; those of 64 bits are few.
"""

import struct

from micropython import const

from firmware.core import dating, slow_count
from firmware.core.dating import DRIFT_SHARE, UNKNOWN_S
from firmware.core.slow_count import BILLION

# The network tells whole seconds: in the middle of one it is off by half of one at the most, and
# it may be late.
_SYNC_ERROR_MS = const(1000)
_HOUR_MS = const(3_600_000)

FIELDS = (
    "now_us",  # Unix time once it is known, else since power-on
    "raw_us",  # since power-on
    "ticks",  # at the last look
    "calibration",  # then, us per tick, Q13.19; 0: never looked
    "trend_ppb",  # change of the calibration in an hour, seen over the last long sleep
    "synced_us",  # of now_us, when it was last seen right
    "rate_ppb",
    "rate_error_ppb",  # of its measurement
    "wobble_ppb",  # how far the rate of an hour may be from it
    "anchor_us",  # true time and raw time from which the rate is being measured
    "anchor_raw_us",
    "doubt_ms",  # by how much the time would be corrected if the doubted sync is right, 0: none
    "doubted_us",  # of now_us, at that sync
    "doubted_raw_us",
    "set_ms",  # the first sync, Unix time, 0: unknown
    "set_uptime_ms",  # the same moment since power-on
    "era",  # corrections so far, modulo 256: a reading carries it
    "is_lost",  # 1: time passed that nobody counted
)
_OWN_LAYOUT = const("<QQQIiQiIIQQqQQQQBB")
LAYOUT = _OWN_LAYOUT + dating.LAYOUT


class Timekeeping:
    """Attributes: FIELDS, all zero after a loss of power. Every use of them needs a look()."""

    now_us: int
    raw_us: int
    ticks: int
    calibration: int
    trend_ppb: int
    synced_us: int
    rate_ppb: int
    rate_error_ppb: int
    wobble_ppb: int
    anchor_us: int
    anchor_raw_us: int
    doubt_ms: int
    doubted_us: int
    doubted_raw_us: int
    set_ms: int
    set_uptime_ms: int
    era: int
    is_lost: int

    def __init__(self):
        for name in FIELDS:
            setattr(self, name, 0)
        self.dating = dating.Dating()

    def pack(self):
        """The bytes of LAYOUT."""
        values = [getattr(self, name) for name in FIELDS]
        return struct.pack(_OWN_LAYOUT, *values) + self.dating.pack()

    def unpack(self, content):
        values = struct.unpack(LAYOUT, content)
        for name, value in zip(FIELDS, values):
            setattr(self, name, value)
        self.dating.restore(values[len(FIELDS) :])

    def look(self, ticks, calibration):
        """Let the time go on to now: what slow() of the clock says. At each wake, and before use.

        False when the count can't be true. The time then stands still, its uncertainty is
        unknown, and the next sync is believed. A calibration that can't be is taken as the last.
        """
        last = self.calibration
        calibration = slow_count.credible(calibration, last)
        both = last or calibration, calibration
        raw_us = slow_count.elapsed_us(ticks - self.ticks, both)
        self.ticks, self.calibration = ticks, calibration
        if raw_us is None:
            self.is_lost = 1
            self.synced_us = self.now_us
            return False
        trend_ppb = slow_count.trend_ppb(raw_us, both)
        if last and trend_ppb is not None:
            if self.trend_ppb:
                raw_us += slow_count.bend_us(raw_us, trend_ppb, self.trend_ppb)
            self.trend_ppb = trend_ppb
        self.raw_us += raw_us
        self.now_us += raw_us + raw_us * self.rate_ppb // BILLION
        return True

    def rebase(self, ticks, calibration):
        """Go on from another count without time passing: the clock under it has been set."""
        self.ticks, self.calibration = ticks, calibration

    def is_known(self):
        return self.set_ms > 0

    def now_s(self):
        """Unix seconds, or seconds since power-on while is_known() is False."""
        return nearest_s(self.now_us)

    def sleep_ms(self, true_ms):
        """For how long to ask deep sleep, which knows this boot's calibration and no more.

        What the temperature did in the hour before, it will go on with for an hour.
        """
        rest_ppb = self.trend_ppb * min(true_ms, _HOUR_MS) // (2 * _HOUR_MS)
        return true_ms * BILLION // (BILLION + self.rate_ppb + rest_ppb)

    def uncertainty_s(self):
        """How far now_s() may be from UTC, 0xFFFF: unknown, or as far."""
        if not self.is_known() or self.is_lost:
            return UNKNOWN_S
        error_ms = self.error_ms(self.rate_error_ppb + self.wobble_ppb)
        return min(UNKNOWN_S, -(-(error_ms + self._doubt_ms()) // 1000))

    def date(self, time_s, era, uncertainty_s):
        """(time_s, uncertainty_s) of a reading as they are known today.

        time_s, era, uncertainty_s: as recorded with it since this power-on, the time being known.
        They come back as they are when more than six corrections have been made since.
        """
        eras_ago = (self.era - era) % dating.ERAS
        synced_s = nearest_s(self.synced_us)
        return self.dating.date(time_s, eras_ago, uncertainty_s, synced_s, self.wobble_ppb)

    def date_uptime(self, uptime_s):
        """(time_s, uncertainty_s) of a reading taken since power-on, before the first sync."""
        age_ms = self.set_uptime_ms - 1000 * uptime_s
        error_ppb = self.rate_error_ppb + self.wobble_ppb
        true_ms = self.set_ms - age_ms - age_ms * self.rate_ppb // BILLION
        error_ms = 2 * _SYNC_ERROR_MS + age_ms * error_ppb // BILLION
        return (true_ms + 500) // 1000, min(UNKNOWN_S, -(-error_ms // 1000))

    def sync(self, network_s, floor_s=0):
        """What follows from the network's UTC: arguments and outcome are those of syncing.py."""
        from firmware.core import syncing  # seldom, and as large as all of this

        return syncing.sync(self, network_s, floor_s)

    def error_ms(self, error_ppb):
        """How far the time may be from UTC when its rate is off by so much."""
        away_us = self.now_us - self.synced_us
        return _SYNC_ERROR_MS + away_us * error_ppb // (1000 * BILLION)

    def _doubt_ms(self):
        """What a doubted sync may be right about; a drift goes on."""
        doubt_ms = abs(self.doubt_ms)
        away_us = self.doubted_us - self.synced_us
        if doubt_ms and 1000 * DRIFT_SHARE * doubt_ms <= away_us:
            doubt_ms += 2 * doubt_ms * (self.now_us - self.doubted_us) // away_us
        return doubt_ms


def nearest_s(us):
    """In seconds."""
    return (us + 500_000) // 1_000_000
