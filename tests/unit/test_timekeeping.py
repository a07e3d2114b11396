"""Promise: whatever the network or the slow clock says has a defined outcome."""

import random
import struct

from exact_clock import BEGAN_S, MICROSECOND, Exact
from expect import expect
from firmware.core.syncing import DOUBTED, KEPT, REFUSED, SET, STEPPED
from firmware.core.timekeeping import FIELDS, LAYOUT, Timekeeping

_UNKNOWN_S = 0xFFFF
_HOUR_S = 3600
_DAY_S = 86400
_NOMINAL = 3495253


def _synced():
    """Two syncs a day apart: the rate is known."""
    meter = Exact()
    expect(meter.sync(), SET)
    meter.after(_DAY_S)
    expect(meter.sync(), KEPT)
    return meter


def test_until_the_first_sync_the_time_is_uptime_and_unknown():
    """Seconds since power-on, also for the first look late in the life of the counter."""
    time = Timekeeping()
    time.look(100 * 150_000, _NOMINAL)
    expect((time.is_known(), time.now_s(), time.uncertainty_s()), (False, 100, _UNKNOWN_S))
    meter = Exact()
    expect(meter.after(7200).now_s(), 7200)
    expect(meter.sync(), SET)
    expect((meter.time.is_known(), meter.time.now_s()), (True, BEGAN_S + 7201))
    expect(meter.time.uncertainty_s(), 1)


def test_any_split_of_a_wait_into_looks_is_the_same_time():
    """Between looks nothing is lost but the rounding, half a microsecond each."""
    random.seed(1)
    for _ in range(20):
        time, ticks, looks = Timekeeping(), 0, random.randint(1, 300)
        time.look(0, _NOMINAL)
        for _ in range(looks):
            ticks += random.getrandbits(random.randint(1, 26))
            time.look(ticks, _NOMINAL)
        expect(abs(time.now_us - (ticks * _NOMINAL >> 19)) <= looks, True)


def test_a_sleep_is_worth_the_mean_of_both_calibrations():
    """It began cold and ended warm; neither end alone is right."""
    time = Timekeeping()
    time.look(0, _NOMINAL)
    time.look(150_000 * 3600, _NOMINAL * 102 // 100)
    expect(abs(time.now_us / 1e6 - 3600 * 1.01) < 0.01, True)


def test_a_trend_is_not_taken_from_a_short_wait():
    """The noise of two calibrations would be a storm."""
    time = Timekeeping()
    time.look(0, _NOMINAL)
    time.look(150_000 * 5, _NOMINAL * 10_001 // 10_000)
    expect(time.sleep_ms(3_600_000), 3_600_000)


def test_a_year_that_no_meter_lives_in_is_refused():
    """A modem without a network says 1980 or 2080; nothing changes."""
    for meter in (Exact(), _synced()):
        before = meter.after(_HOUR_S).pack()
        for network_s in (0, 315964800, 1767225599, 3155760000, 3471292800, 4294967295):
            expect(meter.time.sync(network_s), REFUSED)
            expect(meter.time.pack(), before)


def test_a_leap_second_is_absorbed():
    """And no second is told twice or backwards within an era."""
    meter = _synced()
    meter.after(_HOUR_S)
    era, told_s = meter.time.era, meter.time.now_s()
    expect(meter.time.sync(BEGAN_S + meter.us // 1_000_000 - 1) in (KEPT, STEPPED), True)
    expect(abs(meter.time.now_s() - told_s) <= 1, True)
    expect(meter.time.uncertainty_s(), 1)
    expect((meter.time.era - era) in (0, 1), True)


def test_a_second_is_never_told_backwards_by_a_sync_that_was_kept():
    meter = _synced()
    random.seed(2)
    for _ in range(200):
        time = meter.after(random.uniform(0.1, 400))
        era, told_s = time.era, time.now_s()
        truth_us = time.now_us + random.randint(-240_000, 240_000)
        expect(time.sync(truth_us // 1_000_000), KEPT)
        expect((time.era, time.now_s() >= told_s), (era, True))


def test_an_ordinary_drift_is_stepped_at_once():
    meter = Exact()
    expect(meter.sync(), SET)
    meter.after(_DAY_S)
    expect(meter.sync(ahead_s=3000), STEPPED)  # 3.5 %, and nothing better is known yet
    expect((meter.time.now_s(), meter.time.era), (BEGAN_S + _DAY_S + 3001, 1))
    meter.after(_HOUR_S)
    expect(meter.sync(ahead_s=3000 + 125 - 20), STEPPED)  # below a minute nothing is doubted


def test_a_jump_is_believed_at_the_second_word():
    """A time zone in the NITZ, a clock jump back, a GPS week roll-over."""
    for jump_s in (3600, -3600, 900, -7200, -1024 * 7 * _DAY_S // 64, 1024 * 7 * _DAY_S):
        meter = _synced()
        meter.after(_HOUR_S)
        told_s = meter.time.now_s()
        expect(meter.sync(ahead_s=jump_s), DOUBTED)
        expect((meter.time.now_s(), meter.time.era), (told_s, 0))
        expect(meter.time.uncertainty_s() >= min(abs(jump_s), _UNKNOWN_S), True)
        meter.after(_HOUR_S)
        expect(meter.sync(ahead_s=jump_s + 30), STEPPED)
        expect(meter.time.now_s(), told_s + _HOUR_S + jump_s + 30)
        expect((meter.time.uncertainty_s(), meter.time.era), (1, 1))
        meter.after(_DAY_S)
        expect(meter.sync(ahead_s=jump_s + 30), KEPT)
        expect(abs(meter.time.rate_ppb) < 20_000, True)  # a jump is no drift


def test_a_doubt_that_nobody_confirms_is_forgotten():
    """Each word has to be said twice in a row."""
    meter = _synced()
    for jump_s in (3600, 0, 3600, -3600, 3600, 0):
        meter.after(_HOUR_S)
        expect(meter.sync(ahead_s=jump_s), DOUBTED if jump_s else KEPT)
    expect(meter.time.uncertainty_s(), 1)


def test_a_time_before_the_last_record_needs_a_second_word():
    """Also when no time is known at all: after a loss of power."""
    meter = Exact()
    floor_s = BEGAN_S + 7200
    expect(meter.sync(floor_s=floor_s), DOUBTED)
    expect(meter.time.is_known(), False)
    meter.after(10)
    expect(meter.sync(ahead_s=7200, floor_s=floor_s), SET)
    meter = Exact()
    expect(meter.sync(floor_s=floor_s), DOUBTED)
    meter.after(10)
    expect(meter.sync(floor_s=floor_s), SET)


def test_a_record_a_few_seconds_ahead_is_no_reason_to_doubt():
    """The clock ran ahead by them; the sync that says so is an ordinary one."""
    meter = _synced()
    meter.after(_HOUR_S)
    expect(meter.sync(ahead_s=-30, floor_s=meter.time.now_s()), STEPPED)


def test_a_count_that_goes_backwards_leaves_the_time_unknown_until_the_next_sync():
    """It stands still, it never goes back; readings before and behind keep their order."""
    meter = _synced()
    told_s = meter.after(_HOUR_S).now_s()
    expect(meter.time.look(5, MICROSECOND), False)
    expect((meter.time.now_s(), meter.time.uncertainty_s()), (told_s, _UNKNOWN_S))
    expect(meter.time.look(5 + 60_000_000, MICROSECOND), True)
    expect((meter.time.now_s(), meter.time.uncertainty_s()), (told_s + 60, _UNKNOWN_S))
    expect(meter.time.sync(told_s + 9000), STEPPED)
    expect((meter.time.now_s(), meter.time.uncertainty_s()), (told_s + 9001, 1))
    expect(meter.time.date(told_s, 0, 1)[0], told_s)
    expect(meter.time.date(told_s + 60, 0, _UNKNOWN_S), (told_s + 9001, _UNKNOWN_S))


def test_a_count_of_months_is_no_sleep():
    meter = _synced()
    told_s = meter.time.now_s()
    expect(meter.time.look(meter.us + 41 * _DAY_S * 1_000_000, MICROSECOND), False)
    expect(meter.time.now_s(), told_s)


def test_a_calibration_that_can_not_be_is_taken_as_the_last():
    """0, and more than half away from 150 kHz."""
    for wrong in (0, 1, _NOMINAL // 2 - 1, _NOMINAL * 3 // 2 + 1, 0xFFFFFFFF):
        time = Timekeeping()
        time.look(0, _NOMINAL)
        time.look(150_000 * 600, wrong)
        expect((time.calibration, abs(time.now_us - 600_000_000) < 100), (_NOMINAL, True))
        time = Timekeeping()
        time.look(150_000 * 600, wrong)
        expect(abs(time.now_us - 600_000_000) < 100, True)


def test_another_count_is_gone_on_from_without_time_passing():
    """Where the count is made of a clock that somebody sets."""
    meter = _synced()
    told_s = meter.time.now_s()
    meter.time.rebase(7, MICROSECOND)
    meter.time.look(7 + 5_000_000, MICROSECOND)
    expect((meter.time.now_s(), meter.time.uncertainty_s()), (told_s + 5, 1))


def test_a_sync_a_second_later_spoils_no_rate():
    """And one that is off by a few seconds once does not stay in it."""
    meter = _synced()
    rate_ppb = meter.time.rate_ppb
    for ahead_s in (0, 5, 0, -1, 2, 0):
        meter.after(1)
        meter.sync(ahead_s=ahead_s)
        expect(meter.time.rate_ppb, rate_ppb)
    meter.after(60)
    expect(meter.sync(ahead_s=3), STEPPED)
    expect(meter.time.rate_ppb, rate_ppb)
    expect(meter.time.wobble_ppb, 10_000)


def test_the_state_is_the_same_after_packing():
    """All zero is a meter that never looked."""
    expect(Timekeeping().pack(), bytes(struct.calcsize(LAYOUT)))
    meter = _synced()
    for ahead_s in (-40, 10, 7210, 7210):
        meter.after(1800)
        meter.sync(ahead_s=ahead_s)
    copy = Timekeeping()
    copy.unpack(meter.time.pack())
    for name in FIELDS:
        expect(getattr(copy, name), getattr(meter.time, name))
    told_s = meter.time.now_s()
    expect(copy.date(told_s - 5000, 0, 9), meter.time.date(told_s - 5000, 0, 9))
    expect(copy.pack(), meter.time.pack())
