"""Promise: a chip that stays awake knows what its slow clock is worth now, not at its boot."""

from expect import expect
from firmware.core.slow_count import MICROSECOND
from firmware.timing import SlowClock
from ports import FakeClock

_BOOT = (1 << 19) * 20 // 3  # of 150 kHz, as FakeClock


class _Warm(FakeClock):
    """Its slow clock becomes faster, and the image's calibration stays that of the boot."""

    hz = 150_000
    ticks = 1000

    def advance(self, ms):
        FakeClock.advance(self, ms)
        self.ticks += self.hz * ms // 1000

    def slow(self):
        return self.ticks, _BOOT


def test_each_minute_it_is_measured_against_the_crystal():
    clock = _Warm()
    slow = SlowClock(clock)
    expect(slow.slow()[1], _BOOT)
    for hz in (150_000, 157_500, 142_500):
        clock.hz = hz
        for ms in (59_000, 1000):
            clock.advance(ms)
            ticks, calibration = slow.slow()
            expect(ticks, clock.ticks)
        expect(calibration, (1_000_000 << 19) // hz)


def test_in_less_than_a_minute_the_calibration_of_the_boot_is_better():
    clock = _Warm()
    slow = SlowClock(clock)
    clock.hz = 157_500
    for _ in range(59):
        clock.advance(1000)
        expect(slow.slow()[1], _BOOT)


def test_a_clock_that_counts_whole_seconds_or_stands_still_is_not_measured():
    clock = _Warm()
    clock.slow = lambda: (5_000_000, MICROSECOND)
    slow = SlowClock(clock)
    clock.advance(90_000)
    expect(slow.slow(), (5_000_000, MICROSECOND))
    clock.slow = lambda: (5_000_000, _BOOT)
    for _ in range(3):
        clock.advance(90_000)
        expect(slow.slow(), (5_000_000, _BOOT))
