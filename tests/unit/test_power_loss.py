"""Promise: a loss of power costs at most the 100 pulses that are not on flash yet."""

import gc

from cuts import is_every, next_cut
from expect import expect
from firmware.core import record
from meter import CONFIG, Meter
from watch import begun, check, power_lost_meter, wakes

_QUIET = b'{"device": "m"}'  # nothing is reported


def _counter_wake(config=_QUIET):
    """A wake that the counter has asked for, the second one of its slot."""
    meter = begun(Meter(config))
    meter.pulse(40)
    meter.wake()
    for _ in range(2):
        expect(meter.power.why, "timer")
        meter.pulse(100, early_ms=1_000_000)
        expect(meter.power.why, "ulp")
        if meter.pulses < 240:
            meter.wake()
    return meter


def _counter_wake_that_reports():
    meter = _counter_wake(CONFIG % 3600)
    meter.network.no_broker = True
    meter.advance(1_000_000)  # the slot is due as well
    return meter


def _slot_wake():
    meter = begun(Meter(_QUIET))
    meter.pulse(99)
    return meter


def _goes_on(meter, before, had):
    """After the loss: what was there is there, and counting goes on from it."""
    stored = meter.pulses
    if not before - 100 <= stored <= before:
        raise AssertionError("%d of %d pulses are stored" % (stored, before))
    begun(meter)
    readings = check(meter)
    expect(readings[: len(had)], had)
    expect((readings[-1].pulses, meter.state().pulses), (stored, stored))
    expect(bool(readings[-1].flags & record.POWER_LOST), True)
    meter.pulse(100, early_ms=500_000)
    expect(meter.power.why, "ulp")
    meter.wake()
    expect(meter.stored_pulses(), stored + 100)


def _lost_at_port_calls(prepare, at_most):
    cut, ended = 0, None
    fewest = most = None
    while ended is None:
        cut = next_cut(cut)
        gc.collect()
        meter = prepare()
        before, had = meter.pulses, meter.readings()
        ended = meter.wake(cut)
        meter.lose_power()
        lost = before - meter.pulses
        most = max(lost, most or 0)
        fewest = lost if fewest is None else min(lost, fewest)
        try:
            _goes_on(meter, before, had)
        except Exception as error:
            print("power lost at call %d" % cut)
            raise error
    expect(cut > 10, True)
    expect((fewest, most if is_every() else max(most, at_most)), (0, at_most))


def test_power_lost_anywhere_in_a_wake_by_the_counter():
    _lost_at_port_calls(_counter_wake, 100)


def test_power_lost_anywhere_in_a_wake_by_the_counter_that_also_reports():
    _lost_at_port_calls(_counter_wake_that_reports, 100)


def test_power_lost_anywhere_in_a_wake_that_samples():
    _lost_at_port_calls(_slot_wake, 99)


def test_power_lost_in_the_middle_of_any_write_of_a_wake_by_the_counter():
    for prepare in (_counter_wake_that_reports, _slot_wake):
        cut_at, is_dead = 0, True
        while is_dead:
            gc.collect()
            meter = prepare()
            before, had = meter.pulses, meter.readings()
            meter.flash.cut_at = meter.flash.changes + cut_at
            meter.wake()
            is_dead = meter.flash.is_dead
            meter.lose_power()
            try:
                _goes_on(meter, before, had)
            except Exception as error:
                print("power lost in change %d" % cut_at)
                raise error
            cut_at += 1
        expect(cut_at > 1, True)


def test_power_lost_in_a_sleep_costs_less_than_100_pulses():
    for n in (0, 1, 99):
        meter = _counter_wake()
        meter.wake()
        meter.pulse(n, early_ms=500_000)
        before, had = meter.pulses, meter.readings()
        meter.lose_power()
        expect(before - meter.pulses, n)
        _goes_on(meter, before, had)


def test_power_lost_again_anywhere_in_the_first_wake_after_it_costs_nothing_more():
    cut, ended = 0, None
    boots = []
    while ended is None:
        cut = next_cut(cut) if cut else 1
        gc.collect()
        meter = power_lost_meter()
        stored, had = meter.pulses, meter.readings()
        ended = meter.wake(cut)
        expect(meter.stored_pulses(), stored)
        meter.lose_power()
        meter.wake()
        readings = check(meter)
        expect((readings[: len(had)], readings[-1].pulses), (had, stored))
        boots.append(readings[-1].boot)
        expect([r.boot for r in readings].count(boots[-1]), 1)
    expect((min(boots), max(boots)), (2, 3))


def test_the_odometer_never_goes_back_however_often_power_is_lost():
    meter = begun(Meter(_QUIET))
    odometer_ml = 0
    for n in range(12):
        meter.pulse(30 * n)
        meter.wake(3 * n)
        meter.lose_power()
        begun(meter)
        found_ml = meter.state().odometer_ml
        expect((found_ml >= odometer_ml, found_ml), (True, 1000 * meter.pulses))
        odometer_ml = found_ml
    expect(odometer_ml > 0, True)
    wakes(meter, 1)
    check(meter)


def test_readings_that_are_wanted_again_are_sent_after_it():
    meter = begun(Meter())
    wakes(meter, 3)
    state = meter.state()
    state.again_seq, state.again_end = 1, state.cursor_seq
    meter.vault.save(state)
    meter.network.rows = []
    meter.lose_power()
    wakes(meter, 2)
    seqs = [row[0] for row in meter.network.rows]
    expect([seqs.count(seq) for seq in range(1, state.cursor_seq)], [1] * (state.cursor_seq - 1))
    expect((meter.state().again_seq, meter.state().again_end), (0, 0))
