"""A meter on a drifting clock through days, with everything checked that its readings promise."""

import math
import random

from drift import DAY_S, HOUR_S, Meter, SlowClock
from firmware.core.schedule import slot
from firmware.core.syncing import DOUBTED

SLOT_ERROR_S = 5
DATED_ERROR_S = 2
CONSTANT_PERCENT = (-5, -2, 0, 1, 5)
DAILY_PERCENT = (-0.5, 0, 0.5)


def cases(seeds):
    """(name, meter), each constant with each cycle; a seed chooses the phases."""
    for seed in seeds:
        for constant in CONSTANT_PERCENT:
            for daily in DAILY_PERCENT:
                for is_shown in (0, 1):
                    random.seed(seed)
                    phase = random.uniform(0, 2 * math.pi)
                    clock = SlowClock(constant, daily, phase, constant_is_shown=is_shown)
                    yield (
                        (seed, constant, daily, is_shown),
                        Meter(clock, random.uniform(0, DAY_S)),
                    )


def check_daily_syncs(name, meter, days):
    """Hourly readings and a sync a day: dated right, in order, one a slot, honestly uncertain."""
    syncs, last_s = 0, 0
    sync_hour = random.randrange(24)
    for hour in range(24 * days):
        meter.record()
        if syncs >= 2:
            _check_slot(name, meter)
        if hour % 24 == sync_hour:
            check_stated(name, meter)
            is_later = syncs >= 2
            assert meter.sync() != DOUBTED, name
            syncs += 1
            if syncs >= 2:
                for reading in meter.readings:
                    last_s = _check_dated(name, meter, reading, last_s, is_later)
                meter.readings.clear()
        meter.sleep()
        check_stated(name, meter)


def check_no_syncs(name, meter, days):
    """Two syncs a day apart, then none: the stated uncertainty covers the error."""
    for hour in range(24 * (days + 1)):
        if hour in (0, 24):
            meter.sync()
        meter.sleep()
        check_stated(name, meter)


def check_stated(name, meter):
    off_s, stated_s = abs(meter.off_s()), meter.time.uncertainty_s()
    assert off_s <= stated_s or not meter.time.is_known(), (name, meter.t, off_s, stated_s)


def _check_slot(name, meter):
    utc = meter.utc(meter.t)
    off_s = abs(utc - HOUR_S * slot(int(utc), HOUR_S))
    assert off_s <= SLOT_ERROR_S, (name, meter.t, off_s)


def _check_dated(name, meter, reading, last_s, is_later):
    time_s, uncertainty_s = meter.dated(reading)
    off_s = abs(time_s - meter.utc(reading[0]))
    assert off_s <= uncertainty_s, (name, reading, off_s, uncertainty_s)
    assert time_s > last_s, (name, reading, time_s, last_s)
    if is_later:
        assert off_s <= DATED_ERROR_S, (name, reading, off_s)
        assert slot(time_s, HOUR_S) == slot(last_s, HOUR_S) + 1, (name, reading, last_s)
    else:
        assert reading[3] > DATED_ERROR_S, (name, reading)  # flagged
    return time_s
