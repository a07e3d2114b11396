"""Promise: no pulse is lost or counted twice, no slot is recorded twice, whatever is reset."""

import gc

from cuts import next_cut
from expect import expect
from firmware.core import record
from meter import CONFIG, Meter
from watch import begun, check, power_lost_meter, wakes

_HOUR_MS = 3_600_000


# Resets.


def _first_wake():
    return Meter()


def _later_wake():
    meter = begun(Meter(CONFIG % 21_600))
    wakes(meter, 1, pulses=3)
    return meter


def _proof_wake():
    meter = Meter(CONFIG % 21_600)
    meter.wake()
    return meter


def _report_wake():
    meter = begun(Meter())
    wakes(meter, 1, pulses=3)
    return meter


def _backlog_wake():
    meter = Meter()
    meter.network.no_broker = True
    wakes(begun(meter), 5, pulses=3)
    meter.network.no_broker = False
    return meter


def _button_wake():
    meter = _later_wake()
    meter.press(early_ms=3_000_000)
    return meter


def _counter_wake():
    meter = _later_wake()
    meter.pulse(98, early_ms=3_000_000)
    meter.pulse(2, early_ms=3_000_000)
    expect(meter.power.why, "ulp")
    return meter


def _late_clock_wake():
    meter = Meter()
    meter.network.no_time = True
    wakes(begun(meter), 2, pulses=3)
    meter.network.no_time = False
    return meter


def _new_config_wake():
    meter = _later_wake()
    meter.system.put_config(b'{"device": "m2", "broker_host": "b", "report_s": 3600}')
    return meter


def _late_journal_wake():
    meter = power_lost_meter()
    meter.storage_fails = True
    meter.wake()
    meter.storage_fails = False
    return meter


def _survives_a_reset_at_every_port_call(prepare):
    cut = 0
    while True:
        cut = next_cut(cut)
        gc.collect()
        meter = prepare()
        before = meter.readings()
        meter.pulse(2)
        ended = meter.wake(cut)
        try:
            expect(check(meter)[: len(before)], before)
            meter.pulse(4)
            meter.advance(100)
            wakes(meter, 3, pulses=1)
            readings = check(meter)
            expect(readings[-1].pulses, meter.pulses)
            if ended is None:
                expect(meter.state().running, 0)
        except Exception as error:
            print("reset at call %d" % cut)
            raise error
        if ended is not None:
            break
    expect(cut > 10, True)


def test_a_reset_anywhere_in_the_first_wake():
    _survives_a_reset_at_every_port_call(_first_wake)


def test_a_reset_anywhere_in_the_wake_that_sees_it_count_in_sleep():
    _survives_a_reset_at_every_port_call(_proof_wake)


def test_a_reset_anywhere_in_a_wake_that_samples():
    _survives_a_reset_at_every_port_call(_later_wake)


def test_a_reset_anywhere_in_a_wake_that_reports():
    _survives_a_reset_at_every_port_call(_report_wake)


def test_a_reset_anywhere_in_a_wake_that_reports_a_backlog():
    _survives_a_reset_at_every_port_call(_backlog_wake)


def test_a_reset_anywhere_in_a_wake_by_the_button():
    _survives_a_reset_at_every_port_call(_button_wake)


def test_a_reset_anywhere_in_a_wake_by_the_counter():
    _survives_a_reset_at_every_port_call(_counter_wake)


def test_a_reset_anywhere_in_the_wake_after_a_loss_of_power():
    _survives_a_reset_at_every_port_call(power_lost_meter)


def test_a_reset_anywhere_in_the_wake_that_sets_the_clock():
    _survives_a_reset_at_every_port_call(_late_clock_wake)


def test_a_reset_anywhere_in_the_wake_with_a_new_configuration():
    _survives_a_reset_at_every_port_call(_new_config_wake)


def test_a_reset_anywhere_in_the_wake_that_finds_its_journal_again():
    _survives_a_reset_at_every_port_call(_late_journal_wake)


def test_a_reset_is_told_by_one_reading_and_only_by_one():
    cut = 0
    ended = None
    told = 0
    while ended is None:
        cut = next_cut(cut)
        meter = _later_wake()
        before = len(meter.readings())
        ended = meter.wake(cut)
        was_running = meter.state().running
        wakes(meter, 3)
        resets = [r for r in check(meter)[before:] if r.flags & record.RESET]
        expect(len(resets), was_running)
        told += was_running
    expect(told > 0, True)


def test_three_crashes_are_six_wakes_a_slot_apart_and_then_everything_again():
    meter = begun(Meter())
    meter.report_crashes = True
    meter.pulse(5)
    expect([meter.wake() for _ in range(3)], [60_000] * 3)
    recorded = len(check(meter))
    for n in range(6):
        meter.pulse(1)
        ms = meter.wake()
        # a wake a second later would be no rest at all
        expect(n == 0 or abs(ms - _HOUR_MS) <= 1000, True)
        expect(len(meter.readings()), recorded)
    meter.report_crashes = False
    meter.pulse(1)
    meter.wake()
    readings = check(meter)
    expect((len(readings), readings[-1].pulses), (recorded + 1, 12))
    expect(bool(readings[-1].flags & record.RESET), True)
    expect(meter.state().crashes < 3, True)


def test_a_reset_in_a_report_repeats_one_message_and_no_more():
    cut = 0
    ended = None
    while ended is None:
        cut = next_cut(cut)
        meter = _backlog_wake()
        ended = meter.wake(cut)
        wakes(meter, 2)
        rows = [row[0] for row in meter.network.rows]
        again = [seq for seq in rows if rows.count(seq) > 1 and seq > 1]
        # 256 bytes hold five readings at most; the cursor stands behind each PUBACK
        expect(len(again) <= 2 * 5, True)
    expect(cut > 10, True)
