"""Promise: after the last look of a wake all is safe, or it asks for another wake."""

from bench import Bench, running
from expect import expect
from firmware.config import checked
from firmware.core import record


def test_flash_is_written_when_100_pulses_are_not_on_it_and_only_then():
    bench = running()
    for forward, reverse, stores in ((99, 0, 0), (1, 0, 1), (0, 99, 1), (0, 1, 2), (50, 49, 2)):
        bench.counter.pulse(forward)
        bench.counter.pulse(reverse, "reverse")
        bench.finish()
        expect((bench.stores, bench.counter.asks()), (stores, False))
    bench.counter.pulse(1)
    expect(bench.counter.asks(), True)
    expect(bench.saves, 5)
    bench = running()
    bench.counter.commit_pulses = 10
    bench.counter.pulse(10)
    bench.finish(checked({"commit_pulses": 10}))
    expect((bench.stores, bench.counter.asks()), (1, False))


def test_what_is_not_yet_stored_counts_towards_the_next_wake():
    bench = running(0xFFF0)
    bench.counter.pulse(60)
    bench.finish()
    bench.counter.pulse(39)
    expect(bench.counter.asks(), False)
    bench.counter.pulse(1)
    expect(bench.counter.asks(), True)


def _disturbed_at(call, happens, is_asking):
    """A bench after a last look in which happens(counter) at that port call."""
    bench = running()
    bench.finish(wakes=9)
    if is_asking:
        bench.counter.mark("overrates")
    bench.fuse.calls, bench.fuse.at = 0, call
    bench.fuse.happens = lambda: happens(bench.counter)
    bench.finish()
    return bench


def test_what_is_asked_for_after_the_last_look_ends_the_sleep_at_once():
    for happens in (
        lambda counter: counter.pulse(100),
        lambda counter: counter.mark("bursts"),
        lambda counter: counter.mark("chatters"),
    ):
        for is_asking in (False, True):
            looked = []
            for call in range(1, 8):  # allow, before and behind; read; commit, heed as allow
                bench = _disturbed_at(call, happens, is_asking)
                seen = bool(bench.state.pulses or bench.flags() & ~record.OVERRATE)
                # While a request is pending it is the pulse after these that makes another.
                bench.counter.pulse(1)
                expect(bench.counter.asks(), not seen)
                looked.append(seen)
            expect(looked, [True] * 3 + [False] * 4)


def test_a_store_that_fails_does_not_let_each_pulse_wake_the_chip():
    bench = running()

    def fail():
        # as the wake cycle does it in safe mode, and after a storage fault
        bench.state.stored_count = bench.state.count

    bench.counter.pulse(150)
    bench.finish(store=fail)
    bench.counter.pulse(99)
    expect(bench.counter.asks(), False)


# Nothing to count with.


def test_a_chip_without_a_counter_is_a_fault_and_everything_else_goes_on():
    bench = Bench()
    bench.can_open = False
    bench.start("power_on", cold=True)
    expect((bench.take(), bench.flags()), (None, record.COUNTER_FAULT))
    bench.finish()
    bench.counting.hush()
    expect((bench.saves, bench.counting.needs_proof(bench.state)), (1, False))
    expect(bench.counting.stays_awake, False)


def test_without_any_configuration_a_counter_that_runs_is_left_as_it_is():
    bench = running(40)
    bench.counter.settings = "others"
    bench.start(config=None)
    expect(bench.counter.reloads, 0)
    bench.counter.pulse(150)
    bench.take(config=None)
    bench.finish(config=None)
    expect((bench.state.pulses, bench.state.count, bench.stores, bench.saves), (0, 40, 0, 1))
    expect(bench.counter.asks(), False)
    bench.counter.pulse(99)
    expect(bench.counter.asks(), False)
    bench.start()
    expect(bench.counter.reloads, 1)
    bench.take()
    expect((bench.state.pulses, bench.state.count), (249, 289))
