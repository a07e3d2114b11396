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

# Outcomes of sync().
SET = const(1)  # the time was unknown until now
KEPT = const(2)  # right within a second; moved to the middle of what the network said
STEPPED = const(3)  # corrected; a new era began
DOUBTED = const(4)  # nothing changed: the next sync has to say the same
REFUSED = const(5)  # nothing changed: no meter lives then

_EARLIEST_S = const(1_767_225_600)  # 2026-01-01T00:00:00Z
_LATEST_S = const(3_155_760_000)  # 2070-01-01T00:00:00Z; a modem without network says 1980, 2080
_TOLERANCE_MS = const(60_000)  # what is never doubted
# The network tells whole seconds: in the middle of one it is off by half of one at the most.
_RESOLUTION_MS = const(500)
_SYNC_ERROR_MS = const(1000)  # that, and a reserve for a network that is late
_KEPT_MS = const(750)  # readings before a smaller correction are right within 2 s without it
_RATE_ERROR_MS = const(1500)  # of the distance between two syncs: twice the half, and a reserve
_PLAUSIBLE_SHARE = const(100)  # a hidden cycle of the temperature makes less than 1/100
_UNKNOWN_RATE_PPB = const(60_000_000)  # a clock that is 5 % slow has counts 5.3 % longer
_CALM_PPB = const(10_000)  # calibrations are a few ppm noisy, and between two nobody looks
_DAY_US = const(84_600_000_000)  # 23.5 h: a rate is measured over a day of temperatures
_HOUR_US = const(3_600_000_000)
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
LAYOUT = "<QQQIiQiIIQQqQQQQBB" + dating.LAYOUT


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
        self._dating = dating.Dating()

    def pack(self):
        """The bytes of LAYOUT."""
        values = [getattr(self, name) for name in FIELDS]
        return struct.pack(LAYOUT, *(values + self._dating.values()))

    def unpack(self, content):
        values = struct.unpack(LAYOUT, content)
        for name, value in zip(FIELDS, values):
            setattr(self, name, value)
        self._dating.restore(values[len(FIELDS) :])

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
        return _nearest_s(self.now_us)

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
        error_ms = self._error_ms(self.rate_error_ppb + self.wobble_ppb)
        return min(UNKNOWN_S, -(-(error_ms + self._doubt_ms()) // 1000))

    def date(self, time_s, era, uncertainty_s):
        """(time_s, uncertainty_s) of a reading as they are known today.

        time_s, era, uncertainty_s: as recorded with it since this power-on, the time being known.
        They come back as they are when more than six corrections have been made since.
        """
        eras_ago = (self.era - era) % dating.ERAS
        synced_s = _nearest_s(self.synced_us)
        return self._dating.date(time_s, eras_ago, uncertainty_s, synced_s, self.wobble_ppb)

    def date_uptime(self, uptime_s):
        """(time_s, uncertainty_s) of a reading taken since power-on, before the first sync."""
        age_ms = self.set_uptime_ms - 1000 * uptime_s
        error_ppb = self.rate_error_ppb + self.wobble_ppb
        true_ms = self.set_ms - age_ms - age_ms * self.rate_ppb // BILLION
        error_ms = 2 * _SYNC_ERROR_MS + age_ms * error_ppb // BILLION
        return (true_ms + 500) // 1000, min(UNKNOWN_S, -(-error_ms // 1000))

    def sync(self, network_s, floor_s=0):
        """What follows from the network's UTC; one of the outcomes above.

        network_s: Unix seconds, the truth is in [network_s, network_s + 1). floor_s: time of
        the last dated record, 0 for none.
        """
        if not _EARLIEST_S <= network_s < _LATEST_S:
            return REFUSED
        by_ms = 1000 * network_s + _RESOLUTION_MS - self.now_us // 1000
        limit_ms = self._limit_ms()
        is_far = self.is_known() and not self.is_lost and abs(by_ms) > limit_ms
        is_old = 1000 * (floor_s - network_s) > limit_ms
        if is_far or is_old:
            if not self._is_confirmed(by_ms):
                self.doubt_ms, self.doubted_us = by_ms, self.now_us
                self.doubted_raw_us = self.raw_us
                return DOUBTED
            # What was learned may come from a word that was wrong; these two agree.
            self.anchor_us = self.doubted_us + 1000 * self.doubt_ms
            self.anchor_raw_us = self.doubted_raw_us
        self.doubt_ms = 0
        outcome = self._correct(by_ms, is_far) if self.is_known() else self._set(by_ms)
        self.synced_us = self.now_us
        self.is_lost = 0
        return outcome

    def _error_ms(self, error_ppb):
        away_us = self.now_us - self.synced_us
        return _SYNC_ERROR_MS + away_us * error_ppb // (1000 * BILLION)

    def _doubt_ms(self):
        """What a doubted sync may be right about; a drift goes on."""
        doubt_ms = abs(self.doubt_ms)
        away_us = self.doubted_us - self.synced_us
        if doubt_ms and 1000 * DRIFT_SHARE * doubt_ms <= away_us:
            doubt_ms += 2 * doubt_ms * (self.now_us - self.doubted_us) // away_us
        return doubt_ms

    def _limit_ms(self):
        """A correction beyond this needs a second word."""
        if not self.is_known():
            return _TOLERANCE_MS
        drift_ms = (self.now_us - self.synced_us) // (1000 * DRIFT_SHARE)
        error_ms = self._error_ms(self.rate_error_ppb + self.wobble_ppb)
        return max(_TOLERANCE_MS, min(4 * error_ms, drift_ms))

    def _is_confirmed(self, by_ms):
        """Whether the network went on since the doubted word as the slow clock did.

        By its calibrations alone: the rate may have been learned from a wrong word.
        """
        if not self.doubt_ms:
            return False
        passed_ms = (self.now_us - self.doubted_us) // 1000 + by_ms - self.doubt_ms
        raw_ms = (self.raw_us - self.doubted_raw_us) // 1000
        return abs(passed_ms - raw_ms) <= _TOLERANCE_MS + raw_ms // DRIFT_SHARE

    def _set(self, by_ms):
        self.set_uptime_ms = self.now_us // 1000
        self.now_us += 1000 * by_ms
        self.set_ms = self.now_us // 1000
        self.rate_error_ppb, self.wobble_ppb = _UNKNOWN_RATE_PPB, _CALM_PPB
        self._anchor(self.now_us)
        return SET

    def _correct(self, by_ms, is_far):
        """is_far: by more than its stated error has room for."""
        true_us = self.now_us + 1000 * by_ms
        away_us = self.now_us - self.synced_us
        begin_s, end_s = _nearest_s(self.synced_us), self.now_s()
        if self.is_lost and by_ms > 0:
            self._anchor(true_us)  # the time stood still: all since then is late by as much
        elif is_far and _PLAUSIBLE_SHARE * 1000 * abs(by_ms) > away_us:
            begin_s = 0
            self.set_ms += by_ms
            self._unlearn(true_us)
            self._anchor(true_us)
        elif abs(by_ms) <= _KEPT_MS:
            self._learn(true_us)
            self.now_us = true_us  # in the middle of a second: told as the next, so never back
            return KEPT
        elif 1000 * DRIFT_SHARE * abs(by_ms) <= away_us:
            if abs(by_ms) > self._error_ms(self.rate_error_ppb) and away_us >= _HOUR_US:
                # It wobbles; what it does at its worst is not in the mean that shows it.
                shown_ppb = 2000 * abs(by_ms) * BILLION // away_us
                self.wobble_ppb = max(self.wobble_ppb, shown_ppb)
            self._learn(true_us)
        else:
            begin_s = 0
            self.set_ms += by_ms
            self._anchor(true_us)
        self._dating.add(begin_s, end_s, by_ms)
        self.era = (self.era + 1) % dating.ERAS
        self.now_us = true_us
        return STEPPED

    def _anchor(self, true_us):
        self.anchor_us, self.anchor_raw_us = true_us, self.raw_us

    def _unlearn(self, true_us):
        """Take the rate since the anchor when the known one contradicts it."""
        rate_ppb, error_ppb = self._measured(true_us, _TOLERANCE_MS)
        if rate_ppb is None or abs(rate_ppb - self.rate_ppb) <= self.rate_error_ppb + error_ppb:
            return
        self.rate_ppb, self.rate_error_ppb = rate_ppb, error_ppb

    def _measured(self, true_us, error_ms=_RATE_ERROR_MS):
        """(rate since the anchor, error of that); None, 0: no time has passed since."""
        raw_us = self.raw_us - self.anchor_raw_us
        if not raw_us:
            return None, 0
        rate_ppb = (true_us - self.anchor_us - raw_us) * BILLION // raw_us
        return rate_ppb, 1000 * error_ms * BILLION // raw_us

    def _learn(self, true_us):
        """Take the rate since the anchor when it is better than the known one, or a day old."""
        rate_ppb, error_ppb = self._measured(true_us)
        if rate_ppb is None:
            return
        is_day = self.raw_us - self.anchor_raw_us >= _DAY_US
        if abs(rate_ppb) <= BILLION // DRIFT_SHARE and (
            is_day or error_ppb <= self.rate_error_ppb
        ):
            self.rate_ppb, self.rate_error_ppb = rate_ppb, error_ppb
        if is_day:
            self._anchor(true_us)
            self.wobble_ppb -= (self.wobble_ppb - _CALM_PPB) // 32


def _nearest_s(us):
    return (us + 500_000) // 1_000_000
