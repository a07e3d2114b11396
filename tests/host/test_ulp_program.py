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

from rill.image import assembled
from ulp_emulator import UlpError, read_edges
from ulp_meter import (
    CHECKS,
    COUNT_HI,
    COUNT_LO,
    COUNTER,
    IDLE_CYCLES,
    LONGEST_CYCLES,
    OTHER,
    RESERVED_BYTES,
    RUNS_LO,
    SAME,
    SOURCE,
    ULP_HZ,
    Meter,
    bouncing,
    closings,
    flashed,
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
    return assembled(target)


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
