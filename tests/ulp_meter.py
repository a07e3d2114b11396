"""The flashed ULP program on the emulator with a reed on its pin, and what it must do."""

import random
import runpy

from rill.image import ROOT, assemble
from ulp_emulator import RTC_GPIO, Timer, Ulp, ulp_address

SOURCE = ROOT / "firmware" / "hal" / "ulp_counter.S"
COUNTER = ROOT / "firmware" / "hal" / "counter.py"
RUNS_LO, RUNS_HI, COUNT_LO, COUNT_HI, LEVEL, OTHER = range(1, 7)
PIN = RTC_GPIO[32]
GPIO_IN = ulp_address(0x3FF48424)
POLL_US = 5_000
IDLE_CYCLES = 98
LONGEST_CYCLES = 220  # count and runs both carry
SAME = 10  # equal samples that make a level believed
ULP_HZ = 8_500_000
RESERVED_BYTES = 2040


def flashed():
    """(binary, entry in words) of build/generated, which goes into the image."""
    table = runpy.run_path(str(assemble()))
    return table["PROGRAM"], table["ENTRY"] // 4


class Meter:
    """The program on its timer, a reed on its pin."""

    def __init__(self, program, edges=(), strict=True, slow_hz=150_000, fast_hz=ULP_HZ, words=()):
        binary, entry = program
        self.timer = Timer(Ulp(strict=strict), slow_hz=slow_hz, fast_hz=fast_hz)
        self.ulp = self.timer.ulp
        self.ulp.load(binary)
        for word, value in words:
            self.ulp.words[word] = value
        self.timer.set_period_us(0, POLL_US, calibrated_hz=150_000)
        self.timer.drive(PIN, edges)
        self.end_us = edges[-1][0] + 1_000_000 if edges else 0
        self.timer.start(entry)

    def half(self, word):
        return self.ulp.words[word] & 0xFFFF

    @property
    def count(self):
        return self.half(COUNT_HI) << 16 | self.half(COUNT_LO)

    @property
    def runs(self):
        return self.half(RUNS_HI) << 16 | self.half(RUNS_LO)

    def play(self, skip=False):
        """To one second after the last edge; skip: not each poll of a line that is still."""
        while skip and self.timer.next_edge_us < self.end_us:
            self.timer.advance_to(self.timer.next_edge_us + (SAME + 3) * POLL_US)
            self._skip_still()
        self.timer.advance_to(self.end_us)
        return self.count

    def _skip_still(self):
        """On a believed level a poll only counts itself, always in the same cycles. The polls
        that carry into the upper half-word are run."""
        while self._still() and self.timer.skippable(self.end_us, IDLE_CYCLES):
            polls = self.timer.skippable(self.end_us, IDLE_CYCLES)
            polls = min(polls, 0xFFFF - self.half(RUNS_LO))
            self.timer.skip(polls, IDLE_CYCLES)
            self.ulp.words[RUNS_LO] += polls
            if self.half(RUNS_LO) == 0xFFFF:
                self.timer.advance_to(self.timer.due_us)

    def _still(self):
        pin = self.ulp.rtc.read(GPIO_IN) >> 14 + PIN & 1
        return pin == self.half(LEVEL) and self.half(OTHER) == 0


def closings(*spans):
    """Edges of a reed that is closed from start_ms to end_ms of each span."""
    return [edge for start, end in spans for edge in ((start * 1000, 0), (end * 1000, 1))]


def bouncing(pulses, seed):
    """Closings of 100 to 300 ms with bounce of up to 4 ms on both sides, and glitches between."""
    rng, t, edges = random.Random(seed), 500_000, []
    for _ in range(pulses):
        for level in (0, 1):
            for _ in range(rng.randrange(4)):
                edges += [(t, level), (t + rng.randrange(100, 500), 1 - level)]
                t += rng.randrange(600, 1200)
            edges.append((t, level))
            t += rng.randrange(100_000, 300_000)
            edges += [(t, 1 - level), (t + rng.randrange(1_000, 30_000), level)]
            t += rng.randrange(100_000, 150_000)
    return edges


# Checks: each takes (binary, entry) and fails where the program is wrong.


def counts_a_closing(program):
    meter = Meter(program, closings((1000, 1100), (2000, 2300), (2400, 3000)))
    for until_ms, count in ((1030, 0), (1070, 1), (2070, 2), (2430, 2), (2470, 3), (3500, 3)):
        meter.timer.advance_to(until_ms * 1000)
        assert meter.count == count


def believes_exactly_ten_equal_samples(program):
    """Of closings in steps of one poll, those of nine samples are nothing and those of ten one."""
    for samples, count in ((1, 0), (SAME - 1, 0), (SAME, 1), (SAME + 1, 1)):
        edges = [(1_000_000, 0), (1_000_000 + samples * POLL_US * 1.002, 1)]
        meter = Meter(program, edges)
        meter.timer.advance_to(990_000)
        first_us = meter.timer.due_us + 1
        meter.timer.drive(PIN, [(first_us, 0), (first_us + samples * POLL_US * 1.004, 1)])
        meter.end_us = 2_000_000
        assert meter.play() == count


def leaves_a_new_level_only_after_ten_samples(program):
    """The reed opens for one sample right after its closing was believed."""
    meter = Meter(program)
    meter.timer.advance_to(1_000_000)
    sample_us = [meter.timer.due_us + 1 + number * POLL_US * 1.004 for number in range(SAME + 2)]
    meter.timer.drive(PIN, [(sample_us[0], 0), (sample_us[SAME], 1), (sample_us[SAME + 1], 0)])
    meter.end_us = 2_000_000
    assert meter.play() == 1


def forgets_samples_that_were_not_in_a_row(program):
    edges = closings(*((1000 + 60 * i, 1040 + 60 * i) for i in range(20)))
    assert Meter(program, edges).play() == 0


def counts_through_bounce_and_glitches(program):
    assert Meter(program, bouncing(40, seed=7)).play() == 40


def carries_into_the_upper_half_word(program):
    for lo, hi in ((0xFFFF, 0), (0xFFFE, 0x1234), (0xFFFF, 0xFFFF)):
        meter = Meter(program, closings((500, 700), (900, 1100)))
        meter.ulp.words[COUNT_LO] = 0x123 << 16 | lo  # upper halves hold what ST left there
        meter.ulp.words[COUNT_HI] = 0x456 << 16 | hi
        assert meter.play() == ((hi << 16 | lo) + 2) & 0xFFFFFFFF


def counts_its_runs(program):
    for start in (0, 0xFFF0, 0x1FFF0, 0xFFFFFFF0):
        words = ((RUNS_LO, start & 0xFFFF), (RUNS_HI, start >> 16))
        meter = Meter(program, closings((500, 700)), words=words)
        meter.play()
        assert (meter.runs - start) & 0xFFFFFFFF == meter.timer.polls > 300


def a_reed_parked_closed_counts_once(program):
    meter = Meter(program, [(500_000, 0)])
    meter.end_us = 20_000_000
    assert meter.play() == 1


def survives_a_lost_pad(program):
    """Pin() takes the pad from the RTC: the next run takes it back."""
    meter = Meter(program, closings((500, 700), (900, 1100)))
    for us in range(0, meter.end_us, 50_000):
        meter.timer.advance_to(us)
        meter.ulp.rtc.write(0x123, 0)  # word of RTC_IO_XTAL_32K_PAD_REG
    assert meter.play() == 2


CHECKS = (
    counts_a_closing,
    believes_exactly_ten_equal_samples,
    leaves_a_new_level_only_after_ten_samples,
    forgets_samples_that_were_not_in_a_row,
    counts_through_bounce_and_glitches,
    carries_into_the_upper_half_word,
    counts_its_runs,
    a_reed_parked_closed_counts_once,
    survives_a_lost_pad,
)
