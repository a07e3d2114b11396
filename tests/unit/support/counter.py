"""A fake of the counter port: what firmware/hal/counter.py and its coprocessor are to the CPU."""

from firmware.hal.counts import Counts
from firmware.hal.recent import Recent
from ports import Fuse

_TICKS_PER_MS = 150
_BOOT_TICKS = 45_000  # power came before the firmware did
_RING = 34
_POLL_TICKS = 3200
_MARKS = ("illegal", "chatters", "overrates", "bursts")


class FakeCounter:
    """Memory is noise after a loss of power, and survives all else. Switches:

    settings: what the program is asked for with, another one replaces it and takes over
    commit_pulses: it asks for a wake when so many are not committed
    sleep_percent: so much of a sleep its polls account for; 0: it counts nothing there
    is_broken: nothing can be read
    """

    def __init__(self, clock, fuse=None, stays_awake=False):
        self._clock = clock
        self._fuse = fuse or Fuse()
        self.stays_awake = stays_awake
        self.settings = None
        self.commit_pulses = 100
        self.sleep_percent = 100
        self.is_broken = self.was_stopped = False
        self.reloads = self.prepared = 0
        self.lose_power()

    def lose_power(self):
        self._clear(0x5A5A5A5A)
        self.is_counting = False

    def _clear(self, value):
        self.is_counting = True
        self._burst_began_ms = None
        self.program = self._ticks()  # no two of them begin at one time
        self._came_ms = []
        self.forward = self.reverse = value
        for name in _MARKS:
            setattr(self, name, value & 0xFFFF)
        self.requests = self.used = self._seen = self._until = self._committed = 0
        self._running = self.settings
        self._unpaced_ticks = self._ticks()

    # The world.

    def begin_at(self, forward, reverse=0):
        self._clear(0)
        self.forward, self.reverse = forward, reverse
        self._committed = (forward + reverse) & 0xFFFF

    def sleep(self, ms):
        self._unpaced_ticks += ms * _TICKS_PER_MS * (100 - self.sleep_percent) // 100

    def pulse(self, n=1, name="forward"):
        """Pulses at the pins, forward or reverse; the number that a counter can have seen."""
        if not self.is_counting or not self.sleep_percent:
            return 0
        setattr(self, name, (getattr(self, name) + n) & 0xFFFFFFFF)
        came_ms = [self._clock.since_power_ms()] * min(n, _RING)
        self._came_ms = (came_ms + self._came_ms)[:_RING]
        unsafe = (self.forward + self.reverse - self._committed) & 0xFFFF
        if unsafe >= self.commit_pulses and not self.asks():
            self.requests = (self.requests + 1) & 0xFFFF
        return n

    def mark(self, name):
        setattr(self, name, (getattr(self, name) + 1) & 0xFFFF)
        if name != "illegal" and self.used != self._until:
            self.used = (self.used + 1) & 0xFFFF
            self.requests = (self.requests + 1) & 0xFFFF

    def begin_burst(self):
        self._burst_began_ms = self._clock.since_power_ms()
        self.mark("bursts")

    def end_burst(self):
        self._burst_began_ms = None

    def asks(self):
        """True when it ends the sleep."""
        return self.is_counting and not self.stays_awake and self.requests != self._seen

    def budget(self):
        """Wakes because of marks that are left."""
        return (self._until - self.used) & 0xFFFF

    def _ticks(self):
        return _BOOT_TICKS + _TICKS_PER_MS * self._clock.since_power_ms()

    # The port.

    def start(self, fresh=False, keep_any=False):
        self._fuse.burn()
        begins = fresh or not self.is_counting
        if begins:
            self._clear(0)
        elif not keep_any and self._running != self.settings:
            self.reloads += 1
            self._running = self.settings
            self._committed = (self.forward + self.reverse) & 0xFFFF
            self._seen = self.requests
        self._fuse.burn()
        return begins

    def read(self):
        self._fuse.burn()
        if self.is_broken:
            raise OSError("the coprocessor's counters never rest")
        if self.stays_awake:
            return Counts(self.forward, 0, 0, 0, 0, 0, 0, 0, 0, None, None, None, None)
        return Counts(
            self.forward,
            self.reverse,
            self.illegal,
            0,
            self.chatters,
            self.overrates,
            self.bursts,
            self.requests,
            self.used,
            None,
            (self._ticks() - self._unpaced_ticks) & 0xFFFFFFFF,
            self._ticks(),
            self._ticks() // _POLL_TICKS,
        )

    def recent(self):
        self._fuse.burn()
        now_ms = self._clock.since_power_ms()
        ages_s = [(now_ms - ms) // 1000 for ms in self._came_ms]
        began_ms = self._burst_began_ms
        burst_age_s = None if began_ms is None else (now_ms - began_ms) // 1000
        return Recent(ages_s, self.bursts, burst_age_s, self.program)

    def commit(self, pulses):
        self._fuse.burn()
        self._committed = pulses & 0xFFFF
        self._fuse.burn()

    def allow(self, wakes, least):
        self._fuse.burn()
        if wakes is None and self.budget() < least:
            wakes = least
        if wakes is not None:
            self._until = (self.used + wakes) & 0xFFFF
        self._fuse.burn()

    def heed(self, counts):
        self._fuse.burn()
        self._seen = counts.requests
        self._fuse.burn()

    def hush(self):
        self._seen = self.requests

    def prepare_sleep(self):
        self.prepared += 1
