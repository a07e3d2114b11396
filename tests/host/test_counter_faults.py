"""Promise: a coprocessor that stops, slows down or loses its memory is told, not suffered.

The odometer never goes backwards and never takes an old count for water.
"""

import shutil
from array import array

import pytest

from reeds import closings
from rill.board_process import Board
from rill.coprocessor import POWER, TIMER2
from rill.image import ROOT, build, build_board
from rill.simulate import Run, Settings
from rill.trace import Trace
from rill.world import World
from ulp_emulator import RTC_GPIO as PADS

COUNTER_FAULT, BURST, CHATTER = 128, 2048, 256
STEADY = Trace([(100 * n, 700) for n in range(1, 300)], 1)
PULSES_AN_HOUR = 26


class Asleep(Run):
    """In deep sleep the coprocessor runs only for `share` of the time (micropython#5651)."""

    def __init__(self, share):
        super().__init__(Settings(trace=STEADY, days=1))
        self._share = share
        self._world.sleep_until = self._sleep_until

    def _sleep_until(self, us):
        world, timer = self._world, self._world.coprocessor.timer
        asleep_us = us - world.now_us
        timer.advance_to(world.now_us + asleep_us * self._share)
        lost_us = us - timer.now_us
        timer.now_us = us
        timer.due_us += lost_us
        world.now_us = us
        return False


@pytest.mark.parametrize("share", [0.0, pytest.param(0.5, marks=pytest.mark.prove)])
def test_a_coprocessor_that_sleeps_too_is_told_within_minutes_and_again_each_hour(share):
    rows = Asleep(share).result()["readings"]
    # Power-on, then the alarm of the proof a minute later, then the hours.
    assert rows[1]["time_s"] - rows[0]["time_s"] < 90
    assert not rows[0]["flags"] & COUNTER_FAULT
    assert all(row["flags"] & COUNTER_FAULT for row in rows[1:])


def test_a_coprocessor_that_keeps_its_pace_raises_nothing():
    rows = Run(Settings(trace=STEADY, days=1)).result()["readings"]
    assert not any(row["flags"] & COUNTER_FAULT for row in rows)


class Damaged(Run):
    """Before wake 10 a word of the coprocessor's memory has changed."""

    def __init__(self, name):
        super().__init__(Settings(trace=STEADY, days=1))
        self._name = name

    def before_wake(self, wake):
        if wake == 10:
            cop = self._world.coprocessor
            cop.ulp.words[cop.symbols[self._name]] ^= 0x40


@pytest.mark.parametrize(
    "word",
    ["layout", "both_carry"]
    + [
        pytest.param(w, marks=pytest.mark.prove)
        for w in ("sealed", "size", "calm_samples", "ask_rarely")
    ],
)
def test_a_damaged_memory_begins_anew_and_the_odometer_goes_on(word):
    n = Damaged(word).result()
    odometers = [row["odometer_ml"] for row in n["readings"]]
    assert odometers == sorted(odometers)
    assert 0 <= n["pulses_in"] - n["pulses_counted"] <= PULSES_AN_HOUR
    faults = [row["seq"] for row in n["readings"] if row["flags"] & COUNTER_FAULT]
    assert len(faults) == 1
    assert n["records_unique"] == n["records_stored"] == 25


def test_marks_travel_with_the_readings():
    # Ten litres a minute for ten minutes: above 500 L/h, below Q4.
    flow = Trace([(7200 + 10 * n, 1700) for n in range(60)], 10)
    rows = Run(Settings(trace=flow, days=1)).result()["readings"]
    assert [row["seq"] for row in rows if row["flags"] & BURST] == [4]
    assert not any(row["flags"] & CHATTER for row in rows)


_COUNT = """
from firmware.sensor import open_counter
from firmware.config import parse
counter = open_counter(parse(b"{}"))
print("counts", counter.start(), counter.read().forward)
"""


def another_version(folder):
    """An image whose coprocessor program is longer, and elsewhere."""
    for name in ("board.py", "boot.py", "main.py"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("firmware", "lib"):
        shutil.copytree(ROOT / name, folder / name)
    source = folder / "firmware/hal/ulp_counter.S"
    text = source.read_text()
    changed = text.replace("stage_rst\n", "stage_rst\n        nop\n        nop\n", 1)
    assert changed != text
    source.write_text(changed)
    return build(folder)


@pytest.mark.prove
def test_an_update_takes_the_counts_over(tmp_path):
    world = World(array("q"), edges=closings((900, 1100), (1500, 1700), (3000, 3300)))
    script = tmp_path / "count.py"
    script.write_text(_COUNT)
    said = []
    for number, image in enumerate((build(), another_version(tmp_path), build())):
        folder = tmp_path / str(number)
        folder.mkdir()
        said.append(Board(folder, image, build_board(), world).run(script).split()[1:])
        world.sleep_until(2_000_000 * (number + 1))
    assert said == [["True", "0"], ["False", "2"], ["False", "3"]]


_MEASURE = """
from firmware.sensor import open_counter
from board import board
from firmware.config import parse
from firmware.hal.power import Power
board.ULP_MEASURE = {measure!r}
counter = open_counter(parse(b"{{}}"))
counter.start()
counter.prepare_sleep()
Power(board.BUTTON_PIN, {measure!r}).deep_sleep_ms(1000)
"""
PAD_32, HOLD_32 = 0x3FF4848C, 1 << 24
FORCED_ON, LONGER_START = 1 << 19 | 1 << 5, 0x20 << 15


@pytest.mark.parametrize(
    ("measure", "held", "forced", "wakes"),
    [
        ("reassert", False, False, True),
        ("hold", True, False, True),
        ("force_on", False, True, True),
        ("ext0", False, False, False),
    ],
)
def test_each_measure_of_the_ladder_does_its_own(tmp_path, measure, held, forced, wakes):
    world = World(array("q"), edges=closings((3000, 3300)))
    board = Board(tmp_path, build(), build_board(), world, hal="chip")
    script = tmp_path / "measure.py"
    script.write_text(_MEASURE.format(measure=measure))
    assert board.wake("power_on", scripts=(str(script),)).kind == "sleep", board.console_end()
    cop = world.coprocessor
    assert bool(cop.peek(PAD_32) & HOLD_32) == held
    assert (cop.peek(POWER) & FORCED_ON == FORCED_ON) == forced
    assert (cop.peek(TIMER2) & 0x1FF << 15 == LONGER_START) == forced
    assert world.ulp_wakes == wakes
    world.sleep_until(5_000_000)
    assert cop.wide("forward") == 1


_START = """
from machine import mem32
from firmware.sensor import open_counter
from firmware.config import parse
counter = open_counter(parse({config!r}))
began = counter.start()
print("started", began, counter.was_stopped, counter.read().forward)
"""


class Started:
    """A board whose counter is started again and again, with these settings."""

    def __init__(self, tmp_path, edges):
        self.world = World(array("q"), edges=edges)
        self.cop = self.world.coprocessor
        self._board = Board(tmp_path, build(), build_board(), self.world)
        self._script = tmp_path / "start.py"

    def start(self, config=b"{}", fuse=0):
        """(began at zero, was stopped, count); None when the fuse has cut it."""
        self._script.write_text(_START.format(config=config))
        if fuse:
            self._board.wake("reset", fuse=fuse, scripts=(str(self._script),))
            return None
        _, began, stopped, count = self._board.run(self._script).split()
        return began == "True", stopped == "True", int(count)


def test_a_reload_that_a_reset_cuts_short_is_told(tmp_path):
    """The line was unwatched until the next boot: longer than a pulse may last."""
    told = 0
    for fuse in range(1, 90, 4):
        folder = tmp_path / str(fuse)
        folder.mkdir()
        meter = Started(folder, closings((900, 1100), (1500, 1700)))
        meter.start()
        meter.world.sleep_until(2_000_000)
        meter.start(b'{"pulse_dead_ms": 90}', fuse)
        was_off = meter.cop.timer.due_us is None
        assert meter.start(b'{"pulse_dead_ms": 90}') == (False, was_off, 2), fuse
        told += was_off
    assert told > 5


@pytest.mark.prove
def test_what_a_reload_staged_is_gone_once_it_runs(tmp_path):
    """Or a memory that is damaged one day would bring old counts back."""
    for fuse in (0, *range(40, 90)):
        folder = tmp_path / f"at{fuse}"
        folder.mkdir()
        meter = Started(folder, closings((900, 1100)))
        meter.start()
        meter.world.sleep_until(2_000_000)
        if fuse:
            meter.start(b'{"burst_l_per_h": 0}', fuse)
        meter.start(b'{"burst_l_per_h": 0}')
        meter.cop.ulp.words[meter.cop.symbols["sealed"]] ^= 1
        assert meter.start(b'{"burst_l_per_h": 0}') == (True, False, 0), fuse


def test_other_pins_begin_with_their_levels_and_the_counts_go_on(tmp_path):
    meter = Started(tmp_path, closings((900, 1100)))
    meter.cop.rtc.set_level(PADS[27], 0)
    meter.start()
    meter.cop.allow_wakes(7)
    meter.world.sleep_until(2_000_000)
    paced = meter.cop.wide("idle_runs") * meter.cop.half("idle_ticks")
    assert meter.start(b'{"pulse_pin": 27}') == (False, False, 1)
    assert meter.cop.half("believed") == 0  # it is closed, and that is no pulse
    assert meter.cop.half("until") == 7
    # The time that the polls of the program before it made up is not forgotten.
    assert paced <= meter.cop.ulp.words[meter.cop.symbols["paced"]] < paced + 100_000
    meter.world.sleep_until(4_000_000)
    assert meter.cop.wide("forward") == 1
    meter.cop.drive(27, [(4_100_000, 1), (4_500_000, 0)])
    meter.world.sleep_until(5_000_000)
    assert meter.cop.wide("forward") == 2


def test_a_pad_is_given_to_the_rtc_whatever_it_was_before(tmp_path):
    meter = Started(tmp_path, closings((900, 1100)))
    before = 3 << 9 | 1 << 8 | HOLD_32  # function 3, sleep mode, held
    meter.cop.poke(PAD_32, before)
    meter.start()
    assert meter.cop.peek(PAD_32) & before == 0
