"""Promise: whatever fails around it, the meter counts on and its readings say so."""

import sys

from expect import expect
from firmware.core import record
from meter import CONFIG, TRUE_S, Meter
from watch import begun, check, power_lost_meter, wakes

_HOUR_MS = 3_600_000


# A wake that only samples, and one that reports.


def test_a_wake_that_only_samples_has_no_use_for_the_network():
    meter = begun(Meter(b'{"slot_s": 3600}'))
    wakes(meter, 2, pulses=5)
    expect(check(meter)[-1].pulses, 10)
    for name in ("umqtt.simple", "firmware.report", "firmware.uplink.session", "network"):
        expect(name in sys.modules, False)


def test_the_first_wake_reports_sets_the_clock_and_the_slots_follow():
    meter = Meter()
    expect(abs(meter.wake() - 60_000) <= 1000, True)  # does it count in sleep?
    expect(0 <= meter.clock.set_to_s - TRUE_S <= 1, True)
    ms = meter.wake()
    expect(0 < ms <= _HOUR_MS, True)
    expect((meter.true_s() + 1) % 3600 <= 2, True)  # the network tells whole seconds
    row = meter.network.rows[0]
    expect((row[0], row[1] - TRUE_S in (0, 1)), (1, True))
    expect(row[5], record.ON_DEMAND | record.DATED_LATER)
    wakes(meter, 3)
    expect([(r.time_s + 1) % 3600 <= 2 for r in check(meter)[1:]], [True] * 3)


def test_days_of_slots_are_all_recorded_and_all_reported():
    meter = begun(Meter(CONFIG % 21_600))
    wakes(meter, 38, pulses=7)  # one of them not at a slot: it flows since 24 hours
    readings = check(meter)
    expect((len(readings), readings[-1].pulses), (38, 38 * 7))
    expect(meter.network.sessions, 7)
    rows = [row[0] for row in meter.network.rows]
    expect(rows, list(range(1, len(rows) + 1)))


# Loss of power.


def test_after_a_loss_of_power_the_odometer_goes_on_and_says_so():
    meter = begun(power_lost_meter())
    meter.pulse(8)
    meter.wake()
    readings = check(meter)
    expect([r.pulses for r in readings], [0, 1, 901, 901, 909])
    lost = record.POWER_LOST | record.ON_DEMAND | record.TIME_UNKNOWN
    expect((readings[3].flags, readings[3].boot, readings[4].flags), (lost, 2, 0))


# Configuration.


def test_without_a_configuration_the_defaults_count_and_say_so():
    meter = begun(Meter(None))
    wakes(meter, 1)
    meter.pulse(3)
    meter.wake()
    last = check(meter)[-1]
    expect((last.odometer_ml, last.flags & record.CONFIG_REFUSED), (3000, record.CONFIG_REFUSED))


def test_a_refused_configuration_leaves_the_last_good_one_in_force():
    meter = begun(Meter(b'{"pulse_weight_ml": 10000}'))
    for text in (b"{", b'{"pulse_weight_ml": 0}', b'{"device": %s}' % (b"[" * 900 + b"]" * 900)):
        meter.system.put_config(text)
        meter.pulse(2)
        meter.wake()
        expect(check(meter, 10_000)[-1].flags & ~record.TIME_UNKNOWN, record.CONFIG_REFUSED)
    meter.system.put_config(b'{"pulse_weight_ml": 10000}')
    wakes(meter, 1)
    expect(check(meter, 10_000)[-1].flags & record.CONFIG_REFUSED, 0)


def test_no_configuration_and_no_journal_leave_the_pulses_in_the_counter():
    meter = begun(Meter(b'{"pulse_weight_ml": 10000}'))
    meter.system.put_config(b"{")
    meter.storage_fails = True
    for n in range(5):
        meter.pulse(2)
        ms = meter.wake()
        expect(n == 0 or abs(ms - _HOUR_MS) <= 1000, True)  # not a second: it would empty the cell
        expect(meter.state().odometer_ml, 0)
    meter.storage_fails = False
    meter.wake()
    last = check(meter, 10_000)[-1]
    expect(last.odometer_ml, 100_000)
    expect(bool(last.flags & record.STORAGE_FAULT), True)


def test_another_pulse_weight_counts_from_the_wake_that_reads_it():
    meter = Meter(b'{"pulse_weight_ml": 1000, "pulse_weight_pulses": 450}')
    begun(meter)
    meter.pulse(449)
    meter.wake()
    expect(meter.state().odometer_ml, 997)
    meter.system.put_config(b'{"pulse_weight_ml": 10000}')
    meter.pulse(2)
    meter.wake()
    expect((meter.state().odometer_ml, meter.state().rest), (20_997, 0))
    expect([r.pulses for r in meter.readings()], [0, 449, 451])


def test_a_shorter_report_period_is_in_force_at_once():
    meter = begun(Meter(CONFIG % 604_800))
    wakes(meter, 1)
    meter.system.put_config(CONFIG % 3600)
    meter.wake()
    sessions = meter.network.sessions
    wakes(meter, 2)
    expect(meter.network.sessions, sessions + 2)


# Storage.


def test_counting_goes_on_without_a_journal_and_the_next_reading_says_so():
    meter = begun(Meter())
    meter.storage_fails = True
    wakes(meter, 4, pulses=6)
    meter.storage_fails = False
    wakes(meter, 2)
    readings = check(meter)
    expect([r.pulses for r in readings], [0, 24, 24])
    expect([r.flags & record.STORAGE_FAULT for r in readings[1:]], [record.STORAGE_FAULT, 0])


def test_a_meter_that_gets_power_without_its_journal_goes_on_when_it_is_back():
    meter = power_lost_meter()
    meter.storage_fails = True
    wakes(meter, 3, pulses=10)  # the counter begins in the first of them
    expect(meter.state().odometer_ml, 921_000)  # the checkpoint knows
    meter.storage_fails = False
    meter.pulse(1)
    meter.wake()
    last = check(meter)[-1]
    expect((last.pulses, last.boot), (922, 2))
    told = record.POWER_LOST | record.STORAGE_FAULT
    expect(last.flags & told, told)


def test_a_replaced_journal_begins_with_the_odometer_and_a_last_good_configuration():
    meter = begun(Meter())
    wakes(meter, 3, pulses=5)
    meter.replace_journal()
    meter.network.rows = []
    wakes(meter, 3, pulses=5)
    readings = check(meter)
    expect([r.pulses for r in readings], [20, 25, 30])
    expect(readings[0].interval_ml, 0)
    expect([row[0] for row in meter.network.rows], [1, 2, 3])
    meter.system.put_config(b"{")
    meter.pulse(1)
    meter.wake()
    expect(len(meter.network.rows), 4)


# Reports.


def test_what_is_not_acknowledged_stays_and_is_sent_again():
    meter = Meter()
    for fault in ("no_link", "no_broker", "no_puback"):
        setattr(meter.network, fault, True)
        meter.pulse(1)
        meter.wake()
        if fault == "no_link":
            meter.wake()  # nothing is due: it has only seen that it counts in sleep
        expect((meter.state().cursor_seq, meter.network.rows), (1, []))
        setattr(meter.network, fault, False)
    expect(meter.state().failures, 3)
    while meter.state().failures:
        meter.wake()
    recorded = len(check(meter))
    expect([row[0] for row in meter.network.rows], list(range(1, recorded + 1)))
    expect(meter.state().cursor_seq, recorded + 1)


def test_retries_come_after_one_two_four_slots_even_when_the_clock_was_just_set():
    meter = Meter(CONFIG % 86_400)
    meter.network.no_broker = True
    begun(meter)
    tries = []
    for slot in range(1, 8):
        failures = meter.state().failures
        meter.wake()
        if meter.state().failures > failures:
            tries.append(slot)
    expect(tries, [1, 3, 7])


def test_a_radio_or_a_stream_that_fails_at_the_end_takes_nothing_back():
    for fault in ("down_fails", "close_fails"):
        meter = Meter()
        setattr(meter.network, fault, True)
        wakes(begun(meter), 1)
        expect((meter.state().failures, meter.state().cursor_seq), (0, 3))
        expect(check(meter)[-1].flags, 0)


def test_a_link_error_is_not_a_storage_fault():
    meter = Meter()
    meter.network.no_link = meter.network.down_fails = True
    wakes(begun(meter), 1)
    expect(check(meter)[-1].flags & record.STORAGE_FAULT, 0)


def test_a_journal_that_breaks_while_it_is_reported_is_a_storage_fault():
    meter = begun(Meter())
    wakes(meter, 1)
    up = meter.network.up

    def break_and_up(timeout_ms):
        meter.flash.fail_read_at, meter.flash.fails_for_ever = meter.flash.reads, True
        up(timeout_ms)

    meter.network.up = break_and_up
    meter.wake()
    meter.flash.fail_read_at = None
    state = meter.state()
    expect(bool(state.flags & record.STORAGE_FAULT), True)
    expect((state.failures > 0, state.running), (True, 0))
    meter.network.up = up
    wakes(meter, 3)
    expect(meter.state().cursor_seq, len(check(meter)) + 1)


# The clock.


def _stepped(offset_s, count=4):
    meter = begun(Meter())
    wakes(meter, 3, pulses=1)
    meter.network.offset_s = offset_s
    wakes(meter, count, pulses=1)
    return check(meter), meter


def test_a_clock_an_hour_back_repeats_no_slot():
    readings, meter = _stepped(-3600)
    expect(readings[-1].pulses, 8 - 1)
    expect(meter.state().next_slot_s - meter.true_s() <= 0, True)


def test_a_clock_an_hour_ahead_repeats_no_slot_and_loses_no_pulse():
    for offset_s in (3600, 1800, -1800, 86_400):
        readings, meter = _stepped(offset_s, count=6)
        expect(readings[-1].pulses, meter.state().pulses)


def test_a_time_that_cannot_be_is_not_taken():
    for offset_s in (-TRUE_S, -TRUE_S + 946_684_800, 1 << 32):
        meter = Meter()
        meter.network.offset_s = offset_s
        meter.wake()
        expect((meter.clock.set_to_s, meter.state().time.is_known()), (None, False))


def test_a_wake_that_reaches_over_a_slot_records_it_still():
    meter = begun(Meter(b"{}"))
    wakes(meter, 1)
    meter.press(early_ms=20_000)
    read_mv = meter.battery.read_mv
    meter.battery.read_mv = lambda: meter.advance(25_000) or read_mv()
    meter.wake()
    meter.battery.read_mv = read_mv
    wakes(meter, 1)
    expect([r.time_s // 3600 for r in check(meter)], [0, 1, 1, 2])
