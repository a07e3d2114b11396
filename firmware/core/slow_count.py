"""What counts of the slow clock are worth: microseconds, by their calibrations.

A calibration is microseconds per count, Q13.19, as measured against the crystal at a boot. The
clock follows the temperature, so between two boots it is neither the one nor the other.
"""

from micropython import const

BILLION = const(1_000_000_000)
_NOMINAL = const(3_495_253)  # at 150 kHz: 2**19 us / 0.15
# 170 and 130 kHz. The clock of a chip, in its whole range of temperatures, stays well within.
_LEAST = const(3_084_047)
_MOST = const(4_032_985)
MICROSECOND = const(1 << 19)  # of a chip whose count is microseconds
_LONGEST_US = const(3_456_000_000_000)  # 40 days between two looks; no sleep is longer than one
_HOUR_US = const(3_600_000_000)
_LONG_US = const(600_000_000)  # in less, a calibration's noise would be the trend
_STEEPEST_PPB = const(50_000_000)  # 5 % in an hour: no temperature changes like that


def credible(calibration, last):
    """The calibration, or what to take for one that can't be: the last one, 0 when none was."""
    is_one = calibration == MICROSECOND or _LEAST <= calibration <= _MOST
    return calibration if is_one else last or _NOMINAL


def elapsed_us(ticks, calibrations):
    """By the mean of the calibrations before and after; None when it can't be."""
    us = (ticks * (calibrations[0] + calibrations[1]) + (1 << 19)) >> 20
    return us if 0 <= us <= _LONGEST_US else None


def trend_ppb(us, calibrations):
    """By how much the calibration changed in an hour, None when us were too few to tell."""
    if us < _LONG_US:
        return None
    before, after = calibrations
    trend = (after - before) * BILLION // before * _HOUR_US // us
    return max(-_STEEPEST_PPB, min(_STEEPEST_PPB, trend))


def bend_us(us, trend, last_trend):
    """What the mean of both ends misses of a curve, from how its trend has changed."""
    if us > 2 * _HOUR_US:
        return 0
    # The trapezoidal rule's -h**3 / 12 * f'', and f'' is the trend's change over h.
    return us * (last_trend - trend) // BILLION * us // (12 * _HOUR_US)
