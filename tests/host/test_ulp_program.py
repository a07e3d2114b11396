"""Promise: the ULP program that is flashed counts each closing of the reed once.

It runs on the emulator with strict checks: garbage in the registers at each start, nothing used
that isn't documented, every path ends in HALT. What only a chip can show isn't shown here.
"""

import json
import random
import re
import runpy
import sys
import time
from itertools import combinations_with_replacement
from types import ModuleType

import pytest

from rill.image import ROOT, _assembled, assemble
from ulp_emulator import RTC_GPIO, Timer, Ulp, UlpError, read_edges, ulp_address

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


@pytest.fixture(scope="module")
def program():
    return flashed()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_program(program, check):
    check(program)


# Single instructions gone wrong: what is replaced, by what, and which occurrence (0: the first).
MUTATIONS = {
    "the pad is left to the digital side": ("reg_wr 0x3ff4848c, 17, 17, 1", "nop", 0),
    "the input stays off": ("reg_wr 0x3ff4848c, 5, 5, 1", "nop", 0),
    "another pin is read": ("reg_rd 0x3ff48424, 23, 23", "reg_rd 0x3ff48424, 22, 22", 0),
    "the base address is never set": ("move r3, 0", "nop", 0),
    "runs are not stored": ("runs:   st r1, r3, 4", "runs:   nop", 0),
    "the carry of the runs is lost": ("jump runs_carry, ov", "nop", 0),
    "nine samples are enough": ("sub r1, r1, SAME", "sub r1, r1, SAME - 1", 0),
    "the wrong flag is looked at": ("jump settle, ov", "jump settle, eq", 0),
    "the believed level stays": ("st r0, r3, 20", "nop", 0),
    "openings count too": ("jumpr done, 1, ge", "nop", 0),
    "openings count instead": ("jumpr done, 1, ge", "jumpr done, 1, lt", 0),
    "two for one": ("add r1, r1, 1", "add r1, r1, 2", 2),
    "the carry of the count is lost": ("jump count_carry, ov", "nop", 0),
    "the carry goes elsewhere": ("st r2, r3, 16", "st r2, r3, 8", 0),
    "old samples still speak": ("st r1, r3, 24", "nop", 1),
    "glitches add up": ("same:   move r1, 0", "same:   ld r1, r3, 24", 0),
    "no halt": ("settle: halt", "settle: nop", 0),
}


def mutated(name, tmp_path):
    old, new, occurrence = MUTATIONS[name]
    parts = SOURCE.read_text().split(old)
    assert len(parts) > occurrence + 1, f"{old} isn't in the program any more"
    head, tail = parts[: occurrence + 1], parts[occurrence + 1 :]
    target = tmp_path / SOURCE.name
    target.write_text(old.join(head) + new + old.join(tail))
    return _assembled(target)


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_wrong_instruction_is_noticed(name, tmp_path):
    program = mutated(name, tmp_path)
    for check in CHECKS:
        try:
            check(program)
        except (AssertionError, UlpError):
            return
    pytest.fail(f"no check notices that {name}")


# What ten equal samples 5 ms apart count, from time 0 on (and 439 is 200 with 239 rockings).
FILES = {"bounce": 2000, "fast": 900, "chatter": 281, "noise": 291, "mix": 770, "rocking": 439}
# Runs take time, so polls are 5.012 ms apart and meet a chattering reed elsewhere: here one more.
POLLED_LATER = {"fast": 900, "chatter": 281, "noise": 291, "mix": 771}


@pytest.mark.parametrize("name", FILES)
def test_polls_of_no_length_count_what_the_reference_sampler_does(program, recordings, name):
    edges = read_edges(recordings / f"reed_edges_{name}.csv.gz")
    meter = Meter(program, edges, strict=False, fast_hz=float("inf"))
    assert meter.play(skip=True) == FILES[name]


@pytest.mark.parametrize("name", POLLED_LATER)
def test_the_edge_files_at_the_length_of_its_runs(program, recordings, name):
    edges = read_edges(recordings / f"reed_edges_{name}.csv.gz")
    assert Meter(program, edges, strict=False).play(skip=True) == POLLED_LATER[name]


@pytest.mark.parametrize(("slow_hz", "phase_us"), [(130_500, 1_700), (169_500, 3_300)])
def test_another_slow_clock_and_phase_count_the_fast_file(program, recordings, slow_hz, phase_us):
    edges = read_edges(recordings / "reed_edges_fast.csv.gz")
    edges = [(t_us + phase_us, level) for t_us, level in edges]
    assert Meter(program, edges, strict=False, slow_hz=slow_hz).play(skip=True) == 900


def chattering(edges, seed):
    rng, t = random.Random(seed), 500_000
    for number in range(edges):
        yield t, number % 2
        t += int(1000 * 10 ** rng.uniform(0, 2.8))


@pytest.mark.parametrize(
    "edges", [bouncing(30, seed=3) + closings((60_000, 61_000)), list(chattering(401, seed=5))]
)
def test_skipping_still_polls_changes_nothing(program, edges):
    words = ((RUNS_LO, 0xFFFF - 1000),)
    each, skipped = (Meter(program, edges, words=words) for _ in range(2))
    each.play()
    skipped.play(skip=True)
    assert skipped.ulp.memory == each.ulp.memory
    assert (skipped.timer.polls, skipped.timer.cycles) == (each.timer.polls, each.timer.cycles)
    assert skipped.timer.due_us == pytest.approx(each.timer.due_us, abs=0.01)


class Reader:
    """firmware/hal/counter.py on the emulator: before its n-th read of memory the ULP has
    executed steps[n] further instructions of one run; sleep_us() lets the run go on."""

    def __init__(self, monkeypatch):
        names = ("machine", "esp32", "micropython", "firmware.hal.ulp_program")
        machine, _, micropython, table = modules = [ModuleType(name) for name in names]
        machine.mem32 = self
        micropython.const = int
        table.ENTRY, table.MAGIC, table.PROGRAM, table.PULSE_PIN = 0, 0, b"", 32
        for module in modules:
            monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(time, "sleep_us", self._sleep_us, raising=False)
        self._counter = runpy.run_path(str(COUNTER))["Counter"](32)

    def count(self, ulp, steps):
        self._begin(ulp, steps)
        return self._counter.count()

    def single_read(self, ulp, steps):
        self._begin(ulp, steps)
        return self._counter._read()

    def _begin(self, ulp, steps):
        self._ulp, self._steps, self._started = ulp.copy(), iter(steps), False

    def __getitem__(self, address):
        for _ in range(next(self._steps, 0)):
            self._step()
        return self._ulp.words[(address - 0x50000000) // 4]

    def _sleep_us(self, us):
        until = self._ulp.cycles + us * ULP_HZ / 1_000_000
        while self._started and not self._ulp.halted and self._ulp.cycles < until:
            self._step()

    def _step(self):
        if not self._started:
            self._ulp.start()
            self._started = True
        if not self._ulp.halted:
            self._ulp.step()


def before_the_count(program, count):
    """The ULP at the end of the run before the one that counts, and carries its runs, too."""
    words = (COUNT_LO, count & 0xFFFF), (COUNT_HI, count >> 16)
    meter = Meter(program, [(100_000, 0)], words=words)
    while meter.half(OTHER) < SAME - 1:
        meter.timer.advance_to(meter.timer.due_us)
    meter.ulp.words[RUNS_LO] = 0xFFFF
    return meter.ulp


def instructions(ulp):
    ulp = ulp.copy()
    ulp.start()
    steps = 0
    while not ulp.halted:
        ulp.step()
        steps += 1
    return steps


@pytest.mark.parametrize("count", [0xFFFF, 0x1FFFF, 0xFFFFFFFF, 41])
def test_a_read_at_every_boundary_of_a_carry_is_not_torn(program, monkeypatch, count):
    ulp = before_the_count(program, count)
    length = instructions(ulp)
    allowed = {count, (count + 1) & 0xFFFFFFFF}
    reader, torn = Reader(monkeypatch), False
    for first, second in combinations_with_replacement(range(length + 1), 2):
        within = [first, second - first]  # steps before the two half-words of the first read,
        for steps in (within, [0, 0, *within]):  # of the second
            assert reader.count(ulp, steps) in allowed, steps
        torn |= reader.single_read(ulp, within) not in allowed
    assert torn == (count & 0xFFFF == 0xFFFF)  # a single read is what tears


def test_the_longest_run_is_shorter_than_the_readers_pause(program):
    cycles = before_the_count(program, 0xFFFF).run()
    assert cycles == LONGEST_CYCLES
    pause = re.search(r"_LONGER_THAN_A_RUN_US = const\((\d+)\)", COUNTER.read_text())
    # also when RTC_FAST_CLK, which nothing calibrates, is a third slower
    assert 1.5 * cycles / ULP_HZ * 1_000_000 < int(pause[1])


def test_the_words_are_where_the_counter_reads_them():
    found = re.findall(r"^(\w+): +\.long +\d+ +# word (\d)", SOURCE.read_text(), re.M)
    words = {name: int(number) for name, number in found}
    for name in ("magic", "count_lo", "count_hi"):
        assert f"_{name.upper()}_WORD = const({words[name]})" in COUNTER.read_text()
    assert list(words.values()) == list(range(len(words)))


def test_it_fits_the_memory_that_is_reserved(program):
    binary, entry = program
    assert len(binary) - 12 <= RESERVED_BYTES
    assert entry == OTHER + 1


def test_a_poll_is_short_and_there_are_200_a_second(program):
    meter = Meter(program)
    meter.timer.advance_to(10_000_000)
    idle = meter.timer.cycles / meter.timer.polls
    assert meter.timer.polls == pytest.approx(2_000, abs=10)
    assert idle == meter.timer.longest_cycles == IDLE_CYCLES
    counting = Meter(program, bouncing(20, seed=1))
    counting.play()
    assert counting.timer.longest_cycles <= 168


def test_the_reference_files_say_the_same(recordings):
    expected = json.loads((recordings / "expected.json").read_text())["edges"]
    for name, count in FILES.items():
        assert expected[f"reed_edges_{name}.csv.gz"]["polled_counts"]["5 ms x10"] == count
