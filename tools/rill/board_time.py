"""Time on the simulated board: sleeps by the slow clock, the seconds of the RTC, calibrations."""

import copy

from rill.coprocessor import SLOW_HZ, Coprocessor
from rill.slow_clock import SlowClock


class BoardTime:
    """clock: None, it is right. All times in microseconds, true ones unless the name says slow."""

    def __init__(self, clock: SlowClock | None, coprocessor: Coprocessor):
        self._clock = clock
        self._coprocessor = coprocessor
        self._set_s = 0  # seconds since 2000 when the RTC was set
        self._set_us = 0
        self._ahead_us = 0  # of the true time is the RTC, by sleeps that were counted too long
        self._slept_us: int | None = None  # when the sleep before this boot began

    def copied(self, coprocessor: Coprocessor) -> "BoardTime":
        twin = copy.copy(self)
        twin._coprocessor = coprocessor
        return twin

    def restarted(self, coprocessor: Coprocessor, us: int) -> "BoardTime":
        """Power has come: the RTC begins at zero."""
        twin = BoardTime(self._clock, coprocessor)
        twin._set_us = us
        return twin

    def slow_us(self, us: float) -> float:
        """The coprocessor's time, which is the slow clock's."""
        return self._clock.slow_us(us) if self._clock else us

    def true_us(self, slow_us: float) -> float:
        return self._clock.true_us(slow_us) if self._clock else slow_us

    def rtc_s(self, us: int) -> int:
        return self._set_s + (us + self._ahead_us - self._set_us) // 1_000_000

    def set_rtc(self, us: int, seconds: int) -> None:
        self._set_s = seconds
        self._set_us = us + self._ahead_us

    def wakes_us(self, us: int, sleep_ms: int) -> int:
        """When a deep sleep is over that begins at us: ESP-IDF asks for so many cycles."""
        if not self._clock:
            return us + sleep_ms * 1000
        cycles = (sleep_ms * 1000 << 19) // self._coprocessor.calibration
        return round(self.true_us(self.slow_us(us) + cycles * 1_000_000 / SLOW_HZ))

    def sleep(self, us: int) -> None:
        if self._slept_us is None:
            self._slept_us = us

    def boot(self, us: int) -> None:
        """ESP-IDF takes the cycles of the sleep for as long as they last at the boot after it."""
        if self._clock:
            self._coprocessor.calibrate(self._clock.calibrated_hz(us))
            if self._slept_us is not None:
                cycles = (self.slow_us(us) - self.slow_us(self._slept_us)) * SLOW_HZ / 1_000_000
                counted_us = int(cycles) * self._coprocessor.calibration >> 19
                self._ahead_us += counted_us - (us - self._slept_us)
        self._slept_us = None
