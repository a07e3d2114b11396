"""The slow clock of a simulated board: an RC oscillator that drifts.

"Slow time" is what it would be if the clock were right: its cycles at 150 kHz, in microseconds.
"""

import math
from dataclasses import dataclass

from rill.coprocessor import SLOW_HZ

_DAY_US = 86_400_000_000
_ROUNDS = 6  # of Newton's method: a tenth of a percent becomes less than a rounding


@dataclass(frozen=True)
class SlowClock:
    """Faster than 150 kHz by constant_percent and, in a cycle of a day, by +-daily_percent.

    phase: of the cycle at the beginning of the world, radians. hidden_percent: of the constant
    part, what no calibration shows.
    """

    constant_percent: float = 0.0
    daily_percent: float = 0.0
    phase: float = 0.0
    hidden_percent: float = 0.0

    def slow_us(self, us: float) -> float:
        """Slow time at the true time us, microseconds since the world began."""
        angle = 2 * math.pi * us / _DAY_US
        swing = math.cos(self.phase) - math.cos(angle + self.phase)
        wave_us = self.daily_percent / 100 * swing * _DAY_US / (2 * math.pi)
        return (1 + self.constant_percent / 100) * (us + wave_us)

    def true_us(self, slow_us: float) -> float:
        """The inverse of slow_us()."""
        us = slow_us
        for _ in range(_ROUNDS):
            us += (slow_us - self.slow_us(us)) / self._speed(us)
        return us

    def calibrated_hz(self, us: float) -> float:
        """What a boot at the true time us measures."""
        return SLOW_HZ * self._speed(us) / (1 + self.hidden_percent / 100)

    def _speed(self, us: float) -> float:
        wave = math.sin(2 * math.pi * us / _DAY_US + self.phase)
        return (1 + self.constant_percent / 100) * (1 + self.daily_percent / 100 * wave)
