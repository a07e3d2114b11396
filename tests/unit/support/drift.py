"""A slow clock that drifts, and a meter on it that does nothing but keep time."""

import math
import random

from firmware.core.schedule import slot
from firmware.core.timekeeping import Timekeeping

BEGAN_S = 1_780_000_000
HOUR_S = 3600
DAY_S = 86400
_NOMINAL_HZ = 150_000
_NOISE_PPM = 4  # of a calibration


class SlowClock:
    """Off by constant_percent and, in a cycle of a day, by daily_percent.

    Of the constant part and of the cycle the calibrations show what *_is_shown says. Times are
    true seconds since power-on.
    """

    def __init__(
        self, constant_percent, daily_percent, phase, constant_is_shown=1, cycle_is_shown=1
    ):
        self._constant = constant_percent / 100
        self._daily = daily_percent / 100
        self._phase = phase
        self._constant_hidden = self._constant * (1 - constant_is_shown)
        self._constant_shown = self._constant * constant_is_shown
        self._daily_shown = self._daily * cycle_is_shown

    def ticks(self, t):
        angle = 2 * math.pi * t / DAY_S
        swing = math.cos(self._phase) - math.cos(angle + self._phase)
        return int(
            _NOMINAL_HZ * (1 + self._constant) * (t + self._daily * swing * DAY_S / 2 / math.pi)
        )

    def calibration(self, t):
        wave = math.sin(2 * math.pi * t / DAY_S + self._phase)
        hz = _NOMINAL_HZ * (1 + self._constant_shown) * (1 + self._daily_shown * wave)
        noise = 1 + random.uniform(-_NOISE_PPM, _NOISE_PPM) / 1e6
        return int((1 << 19) * 1e6 / hz * noise)

    def hidden(self):
        """What the calibrations don't show, as a part of the frequency."""
        return self._constant_hidden

    def when(self, ticks):
        """The inverse of ticks()."""
        t = ticks / _NOMINAL_HZ
        for _ in range(8):
            t += (ticks - self.ticks(t)) / _NOMINAL_HZ
        return t


class Meter:
    """Wakes for each slot, takes a reading, and syncs when it is told to.

    readings: [true s since power-on, time_s, era or None while unknown, uncertainty_s].
    """

    def __init__(self, clock, phase_s=0.0):
        self.clock = clock
        self.phase_s = phase_s  # of UTC at power-on
        self.time = Timekeeping()
        self.t = 0.4
        self._wake()
        self.readings = []
        self.last = None

    def utc(self, t):
        return BEGAN_S + self.phase_s + t

    def look(self):
        assert self.time.look(self.clock.ticks(self.t), self._calibration)

    def record(self):
        self.look()
        time = self.time
        era = time.era if time.is_known() else None
        self.last = self.t, time.now_s(), era, time.uncertainty_s()
        self.readings.append(self.last)

    def sync(self, wrong_s=0):
        """The outcome; readings are taken a while before it."""
        self.t += random.uniform(1, 9)
        self.look()
        return self.time.sync(int(self.utc(self.t)) + wrong_s)

    def sleep(self):
        """To the slot behind that of the last reading, or to the next one when that has gone."""
        self.look()
        time = self.time
        now_s = time.now_s()
        last_s = now_s if self.last is None else self.dated(self.last)[0]
        next_s = (slot(last_s, HOUR_S) + 1) * HOUR_S
        if next_s <= now_s:
            next_s = (now_s // HOUR_S + 1) * HOUR_S
        self.sleep_ms(next_s * 1000 - time.now_us // 1000)

    def sleep_ms(self, true_ms):
        """Deep sleep, which ESP-IDF converts to counts by the calibration of this boot."""
        ms = self.time.sleep_ms(true_ms)
        ticks = (ms * 1000 << 19) // self._calibration
        self.t = self.clock.when(self.clock.ticks(self.t) + ticks)
        self._wake()

    def dated(self, reading):
        """(time_s, uncertainty_s) as the meter knows them now."""
        _, time_s, era, uncertainty_s = reading
        if era is None:
            is_known = self.time.is_known()
            return self.time.date_uptime(time_s) if is_known else (time_s, uncertainty_s)
        return self.time.date(time_s, era, uncertainty_s)

    def off_s(self):
        """How far the meter's clock is from UTC."""
        self.look()
        return self.time.now_us / 1e6 - self.utc(self.t)

    def _wake(self):
        self._calibration = self.clock.calibration(self.t)
        self.look()
