"""Promise: what the counter has seen is in the state once, as water, marks and turns backward."""

from bench import Bench, running
from expect import expect
from firmware.core import record
from firmware.counting import unstored

_MARKS = (
    ("chatters", record.CHATTER),
    ("overrates", record.OVERRATE),
    ("bursts", record.BURST),
    ("illegal", record.ILLEGAL),
)


# How it begins.


def test_after_a_loss_of_power_the_counter_begins_at_zero_whatever_its_memory_holds():
    for outlived in (False, True):
        bench = Bench()
        if outlived:
            bench.counter.begin_at(77, 5)
        bench.start("power_on", cold=True)
        bench.take()
        expect((bench.state.count, bench.state.pulses, bench.state.reverse_pulses), (0, 0, 0))
        expect(bench.flags(), 0)
        bench.counter.pulse(3)
        bench.take()
        expect((bench.state.count, bench.state.odometer_ml), (3, 3000))


def test_the_counter_is_not_started_before_its_zero_is_written_down():
    bench = Bench()
    bench.state.pulses = 500
    bench.fuse.at = 1  # the first that start() does
    seen = []
    bench.fuse.happens = lambda: seen.append(bench.retained.load())
    bench.start("power_on", cold=True)
    expect((seen[0].count, seen[0].pulses), (0, 500))


def test_a_counter_that_outlived_the_state_goes_on_from_what_was_recorded():
    bench = Bench()
    bench.state.count, bench.state.pulses, bench.state.reverse_pulses = 480, 500, 7
    bench.counter.begin_at(495, 40)
    bench.counter.mark("chatters")
    bench.start("watchdog", cold=True)
    bench.take()
    expect((bench.state.pulses, bench.state.count), (515, 495))
    # How many of the turns backward are known already, nobody has written down; nor the marks.
    expect((bench.state.reverse_pulses, bench.flags()), (7, 0))


def test_without_a_journal_a_counter_that_runs_is_never_counted_twice():
    bench = Bench()
    bench.state.is_blank = 1
    bench.counter.begin_at(495)
    bench.start("watchdog", cold=True)
    bench.take()
    expect((bench.state.odometer_ml, bench.state.count), (0, 495))


def test_a_counter_that_lost_its_memory_is_a_fault_and_counts_on_from_zero():
    bench = running(480, 6)
    bench.state.pulses, bench.state.pace, bench.state.ticks = 500, 1, 1
    for name, _ in _MARKS:
        setattr(bench.state, name, 3)
    bench.counter.lose_power()
    bench.start()
    bench.counter.pulse(2)
    bench.take()
    expect((bench.state.pulses, bench.state.count, bench.state.count_reverse), (502, 2, 0))
    expect((bench.flags(), bench.state.pace), (record.COUNTER_FAULT, 0))
    expect(unstored(bench.state), 2)


# What it has seen.


def test_each_mark_is_one_flag_once_however_often_it_came():
    for name, flag in _MARKS:
        bench = running()
        for times in (1, 3):
            for _ in range(times):
                bench.counter.mark(name)
            bench.take()
            expect(bench.flags(), flag)
            bench.take()
            expect(bench.flags(), 0)
    bench = running()
    for name, _ in _MARKS:
        bench.counter.mark(name)
    bench.take()
    expect(bench.flags(), sum([flag for _, flag in _MARKS]))


def test_a_mark_is_seen_when_its_counter_wraps():
    for name, flag in _MARKS:
        bench = running()
        setattr(bench.counter, name, 0xFFFF)
        bench.take()
        bench.flags()
        bench.counter.mark(name)
        bench.take()
        expect((bench.flags(), getattr(bench.state, name)), (flag, 0))


def test_turns_backward_have_a_register_of_their_own_and_a_flag():
    bench = running(10, 20)
    bench.counter.pulse(4, "reverse")
    bench.counter.pulse(2)
    bench.take()
    expect((bench.state.reverse_pulses, bench.state.pulses), (4, 2))
    expect((bench.state.odometer_ml, bench.flags()), (2000, record.REVERSE))
    bench.take()
    expect((bench.state.reverse_pulses, bench.flags()), (4, 0))


def test_both_counters_are_right_across_their_wrap():
    bench = running(0xFFFFFFFE, 0xFFFFFFFD)
    bench.state.reverse_pulses = 0xFFFFFFFF
    bench.counter.pulse(5)
    bench.counter.pulse(7, "reverse")
    bench.take()
    expect((bench.state.pulses, bench.state.reverse_pulses), (5, 6))
    expect((bench.state.count, bench.state.count_reverse), (3, 4))
    expect(unstored(bench.state), 12)
    bench.counter.pulse(88)
    expect(bench.counter.asks(), True)
    bench.finish()
    expect((bench.stores, bench.counter.asks(), bench.state.stored_count), (1, False, 95))
