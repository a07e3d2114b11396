"""Counting without the rest of the meter, over a fake counter."""

from counter import FakeCounter
from firmware.config import checked
from firmware.counting import Counting
from firmware.storage.retained import RetainedState
from firmware.storage.state import State
from ports import FakeClock, FakePower, Fuse

CONFIG = checked({"pulse_weight_ml": 1000})


class Bench:
    """A counter, what counts with it, and the state of the meter around them."""

    def __init__(self):
        self.clock = FakeClock()
        self.fuse = Fuse()
        self.counter = FakeCounter(self.clock, self.fuse)
        self.can_open = True
        self.counting = Counting(self._open)
        self.retained = RetainedState(FakePower())
        self.state = State()
        self.state.journal, self.state.is_blank = 9, 0
        self.stores = self.saves = 0

    def _open(self, config):
        if not self.can_open:
            raise OSError("another chip")
        return self.counter

    def start(self, cause="timer", cold=False, config=CONFIG):
        self.counting.start(self.state, config, cause, cold, self.retained)

    def take(self, config=CONFIG):
        return self.counting.take(self.state, config)

    def finish(self, config=CONFIG, wakes=None, store=None):
        def save():
            self.saves += 1

        self.counting.finish(self.state, config, store or self.store, save, wakes, 0)

    def store(self):
        self.stores += 1
        self.state.stored_count = (self.state.count + self.state.count_reverse) & 0xFFFFFFFF

    def sleep(self, ms):
        self.clock.advance(ms)
        self.counter.sleep(ms)

    def flags(self):
        """Those since the last call."""
        flags, self.state.flags = self.state.flags, 0
        return flags


def running(forward=0, reverse=0):
    """A bench in the middle of its life: all that was counted is taken and stored."""
    bench = Bench()
    bench.counter.begin_at(forward, reverse)
    bench.state.count, bench.state.count_reverse = forward, reverse
    bench.store()
    bench.stores = 0
    bench.start()
    return bench
