"""Promise: UTC within seconds on a slow clock that is off by percents; honest about the rest."""

import math
import random

from drift import Meter, SlowClock
from drift_checks import cases, check_daily_syncs, check_no_syncs, check_stated
from firmware.core.syncing import DOUBTED


def test_daily_syncs_keep_slots_and_dates_on_any_clock():
    """Slots within 5 s, readings within 2 s, none swapped, repeated or left out; a sample."""
    for name, meter in cases((1, 2)):
        check_daily_syncs(name, meter, 12)


def test_ten_days_without_a_sync_are_covered_by_the_stated_uncertainty():
    for name, meter in cases((3,)):
        check_no_syncs(name, meter, 10)


def test_a_curve_between_two_looks_is_followed():
    """Of a daily cycle of 0.5 % the mean of both ends alone would miss 0.8 s."""
    for number in range(8):
        random.seed(number)
        meter = Meter(SlowClock(0, 0.5, number * math.pi / 4))
        meter.sync()
        offs = []
        for hour in range(30):
            meter.sleep()
            if hour >= 4:
                offs.append(meter.off_s())
        assert max(offs) - min(offs) < 0.4, (number, max(offs) - min(offs))


def test_hourly_syncs_leave_the_rate_as_good_as_daily_ones():
    """The network's seconds are coarse: over an hour they are 400 ppm."""
    for name, meter in cases((4,)):
        for hour in range(24 * 6):
            meter.sync()
            if hour >= 30:
                expected = -meter.clock.hidden() / (1 + meter.clock.hidden())
                off_ppb = abs(meter.time.rate_ppb - expected * 1e9)
                assert off_ppb < 25_000, (name, hour, off_ppb)
            meter.sleep()


def test_a_cycle_that_no_calibration_shows_is_stated_once_syncs_have_shown_it():
    """After a day of four syncs the stated uncertainty covers all that comes, at any phase."""
    for number in range(16):
        random.seed(number)
        clock = SlowClock(1, 0.5, number * math.pi / 8, cycle_is_shown=0)
        meter = Meter(clock)
        for hour in range(24 * 12):
            if hour % 6 == 0:
                meter.sync()
            if hour > 24:
                check_stated((number, hour), meter)
            meter.sleep()


def test_a_doubted_sync_widens_the_stated_uncertainty():
    """The meter can't know who is right, and says so."""
    meter = Meter(SlowClock(0, 0, 0))
    meter.sync()
    for _ in range(24):
        meter.sleep()
    meter.sync()
    meter.sleep()
    assert meter.sync(wrong_s=3600) == DOUBTED
    assert meter.time.uncertainty_s() >= 3600
    meter.sleep()
    meter.sync()
    assert meter.time.uncertainty_s() <= 2


def test_a_sleep_is_asked_for_in_the_slow_clock_s_own_time():
    """Of a clock that runs 4 % slow unseen, and one that cools at a percent in five hours."""
    meter = Meter(SlowClock(-4, 0, 0, constant_is_shown=0))
    meter.sync()
    for _ in range(25):
        meter.sleep()
    meter.sync()
    began = meter.t
    meter.sleep_ms(3_600_000)
    assert abs(meter.t - began - 3600) < 0.2, meter.t - began

    meter = Meter(SlowClock(0, 5, 0))  # 5 % * 2 pi / 24 h: 1.3 % an hour
    meter.sleep_ms(3_600_000)
    began = meter.t
    meter.sleep_ms(3_600_000)
    assert abs(meter.t - began - 3600) < 8, meter.t - began  # 23 s without the trend
