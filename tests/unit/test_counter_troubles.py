"""Promise: trouble of the counter is told once, and costs neither pulses nor wakes."""

from bench import running
from expect import expect
from firmware.core import record
from meter import CONFIG, Meter
from watch import begun, check, wakes


def test_the_alarm_of_the_proof_carries_a_reading_that_says_so():
    meter = Meter()
    meter.counter.sleep_percent = 0
    wakes(meter, 2)
    expect(meter.network.sessions, 2)
    expect(bool(meter.network.rows[-1][5] & record.COUNTER_FAULT), True)


def test_a_lame_coprocessor_alarms_once_also_when_reports_take_long():
    meter = begun(Meter(CONFIG % 604_800))
    up = meter.network.up

    def slow_up(timeout_ms):
        meter.clock.advance(8000)
        up(timeout_ms)

    meter.network.up = slow_up
    meter.counter.sleep_percent = 0
    wakes(meter, 1)
    sessions = meter.network.sessions
    wakes(meter, 5)
    expect(meter.network.sessions - sessions, 1)


def test_turns_backward_are_on_flash_when_the_state_says_so():
    meter = begun(Meter(b'{"device": "m", "pulse_pin_b": 33}'))
    for _ in range(10):
        meter.counter.pulse(90, "reverse")
        meter.wake()
    expect(meter.state().reverse_pulses, 900)
    meter.lose_power()
    meter.wake()
    expect(meter.state().reverse_pulses >= 800, True)


def test_no_configuration_at_all_does_not_wake_each_minute_for_ever():
    meter = Meter(b"{")
    meter.storage_fails = True
    wakes(meter, 3)
    expect(meter.wake() > 60_000, True)


def test_new_settings_do_not_cost_the_budget_of_wakes():
    meter = begun(Meter(b'{"device": "m"}'))
    expect(meter.counter.budget(), 12)
    meter.system.put_config(b'{"device": "m", "pulse_shortest_ms": 90}')
    meter.wake()
    expect((meter.counter.reloads, meter.counter.budget() > 0), (1, True))


def test_a_counter_that_lost_its_memory_gets_a_budget_of_wakes():
    meter = begun(Meter(b'{"device": "m"}'))
    meter.counter.lose_power()
    meter.wake()
    expect(meter.counter.budget() > 0, True)


def test_a_reset_before_the_counter_begins_is_no_fault_of_it():
    meter = Meter(b'{"device": "m"}')
    # the first call of counter.start(): the state is saved, the counter not begun
    start = meter.counter.start

    def cut_start(fresh=False, keep_any=False):
        meter.fuse.at = meter.fuse.calls + 1
        return start(fresh, keep_any)

    meter.counter.start = cut_start
    expect(meter.wake(), None)
    meter.counter.start = start
    meter.wake()
    expect(check(meter)[0].flags & record.COUNTER_FAULT, 0)


def test_a_counter_that_stays_unreadable_is_told_by_a_reading():
    meter = begun(Meter(b'{"device": "m"}'))
    recorded = len(meter.readings())
    meter.counter.is_broken = True
    wakes(meter, 30)
    expect(len(meter.readings()) > recorded, True)


def test_100_unstored_pulses_are_stored_also_when_the_counter_lost_its_memory_between():
    bench = running()
    bench.counter.pulse(60)
    bench.finish()
    bench.counter.lose_power()
    bench.start()
    bench.counter.pulse(60)
    bench.finish()
    expect(bench.stores, 1)


def test_a_counter_that_had_stood_still_is_told():
    bench = running(5)
    bench.counter.was_stopped = True
    bench.state.refill_s = 5000
    bench.start()
    expect((bench.flags(), bench.state.refill_s), (record.COUNTER_FAULT, 0))
