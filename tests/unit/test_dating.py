"""Promise: a reading gets the time it was taken at, and no two swap, whatever the clock did."""

import random

from exact_clock import BEGAN_S, Exact
from expect import expect
from firmware.core.schedule import slot
from firmware.core.syncing import DOUBTED, SET, STEPPED

_HOUR_S = 3600
_DAY_S = 86400


def _record(meter):
    """A reading: (time_s, era or None, uncertainty_s)."""
    time = meter.time
    return time.now_s(), time.era if time.is_known() else None, time.uncertainty_s()


def _dated(meter, reading):
    time_s, era, uncertainty_s = reading
    if era is None:
        return meter.time.date_uptime(time_s)
    return meter.time.date(time_s, era, uncertainty_s)


def _day_of_readings(meter):
    readings = []
    for _ in range(24):
        meter.after(_HOUR_S)
        readings.append(_record(meter))
    return readings


def test_a_drift_is_shared_out_over_the_readings_since_the_sync_before():
    """240 s in a day are 10 s an hour."""
    for by_s in (240, -240, 3600):
        meter = Exact()
        meter.sync()
        readings = _day_of_readings(meter)
        expect(meter.sync(ahead_s=by_s), STEPPED)
        for hour, reading in enumerate(readings):
            true_s = BEGAN_S + (hour + 1) * _HOUR_S + (hour + 1) * by_s / 24
            time_s, uncertainty_s = _dated(meter, reading)
            expect((abs(time_s - true_s) <= 1, uncertainty_s), (True, 2))


def test_readings_before_the_first_sync_are_dated_by_it_and_better_by_the_second():
    """At first they are uncertain by 6 % of their age."""
    meter = Exact()
    readings = _day_of_readings(meter)
    expect(meter.sync(), SET)
    time_s, uncertainty_s = _dated(meter, readings[0])
    expect((time_s, uncertainty_s), (BEGAN_S + _HOUR_S + 1, 2 + 23 * _HOUR_S * 6 // 100 + 1))
    meter.after(_DAY_S)
    meter.sync(ahead_s=864)  # 1 %
    time_s, uncertainty_s = _dated(meter, readings[0])
    expect(abs(time_s - (BEGAN_S + _HOUR_S - 23 * 36)) <= 2, True)
    expect(uncertainty_s <= 5, True)


def test_readings_of_a_clock_that_stood_wrong_are_moved_as_a_whole():
    """The first sync had a time zone in it; also those before it move."""
    meter = Exact()
    readings = _day_of_readings(meter)
    expect(meter.sync(ahead_s=7200), SET)
    readings += _day_of_readings(meter)
    expect(meter.sync(), STEPPED if 7200 * 16 <= _DAY_S else DOUBTED)
    meter.after(60)
    expect(meter.sync(), STEPPED)
    for hour, reading in enumerate(readings):
        expect(abs(_dated(meter, reading)[0] - BEGAN_S - (hour + 1) * _HOUR_S) <= 1, True)


def test_the_same_time_told_twice_is_two_times():
    """After a step back by two minutes the readings of both eras are in order."""
    meter = Exact()
    meter.sync()
    meter.after(_DAY_S)
    before = _record(meter)
    meter.sync(ahead_s=-120)
    meter.after(110)
    behind = _record(meter)
    expect(behind[0] < before[0], True)
    expect(0 < _dated(meter, behind)[0] - _dated(meter, before)[0] <= 111, True)


def test_a_slot_is_not_taken_twice_after_a_small_step_back():
    """The reading just before the step, dated now, belongs to the slot that is now."""
    for by_s in (-5, -20, -59):
        meter = Exact()
        meter.sync()
        meter.after(_DAY_S - BEGAN_S % _HOUR_S)  # a full hour by the meter
        last = _record(meter)
        meter.sync(ahead_s=by_s)
        now_s = meter.time.now_s()
        expect(now_s % _HOUR_S > 1800, True)  # before the full hour again
        expect(slot(now_s, _HOUR_S), slot(_dated(meter, last)[0], _HOUR_S))


def test_more_than_six_corrections_ago_a_reading_stays_as_it_was():
    """With the uncertainty that it was recorded with; up to six it is dated."""
    meter = Exact()
    meter.sync()
    readings = []
    for number in range(9):
        meter.after(_DAY_S / 2)
        readings.append(_record(meter))
        meter.after(_DAY_S / 2)
        expect(meter.sync(ahead_s=20 * (number + 1) * (number + 2)), STEPPED)
    for number, reading in enumerate(readings):
        is_dated = _dated(meter, reading) != (reading[0], reading[2])
        expect(is_dated, number >= 3)


def test_an_era_of_256_corrections_ago_is_not_taken_for_a_new_one():
    """A reading carries the low 8 bits of its era; it stays as it was recorded."""
    meter = Exact()
    meter.sync()
    meter.after(60)
    old = _record(meter)
    for number in range(263):
        meter.after(400)
        expect(meter.sync(ahead_s=30 * (number & 1) - 15), STEPPED)
        if number >= 255:
            expect((meter.time.era - old[1]) % 256 <= 7, True)
            expect(_dated(meter, old), (old[0], old[2]))


def test_a_time_that_its_era_never_had_stays_as_it_is():
    """From a damaged record, or of a time that was lost."""
    meter = Exact()
    meter.sync()
    meter.after(_DAY_S)
    end_s = meter.time.now_s()
    meter.sync(ahead_s=40)
    expect(meter.time.date(end_s + 10, 0, 77), (end_s + 10, 77))


def test_readings_before_a_sync_that_was_kept_have_no_part_in_a_later_correction():
    """They are right; those behind it get their share."""
    meter = Exact()
    meter.sync()
    before = _day_of_readings(meter)
    meter.sync()
    behind = _day_of_readings(meter)
    expect(meter.sync(ahead_s=48), STEPPED)
    for reading in before:
        time_s, uncertainty_s = _dated(meter, reading)
        expect((time_s, uncertainty_s <= reading[2]), (reading[0], True))
    for hour, reading in enumerate(behind):
        expect(abs(_dated(meter, reading)[0] - reading[0] - 2 * (hour + 1)) <= 1, True)


def test_readings_never_swap_whatever_the_network_says():
    """Random waits, drifts, jumps and lies; as long as the last six corrections cover them."""
    for seed in range(60):
        random.seed(seed)
        meter, readings, ahead_s, era = Exact(), [], 0, 0
        for _ in range(40):
            meter.after(random.choice((1, 60, 1800, 3600, 40_000, 90_000)))
            readings.append(_record(meter))
            if random.random() < 0.4:
                ahead_s += random.choice((0, 0, 1, -1, 5, -7, 40, -40, 900, -900, 3600, -3600))
                for _ in range(random.choice((1, 2))):
                    meter.sync(ahead_s=ahead_s)
            era += (meter.time.era - era) % 256
            readings = [r for r in readings if r[1] is None or (era - r[1]) % 256 <= 6]
            dated = [_dated(meter, r)[0] for r in readings if r[1] is not None]
            if meter.time.is_known():
                dated = [_dated(meter, r)[0] for r in readings if r[1] is None] + dated
            expect(dated, sorted(dated))
            expect(all(slot_s <= meter.time.now_s() for slot_s in dated), True)
