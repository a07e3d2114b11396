"""Promise: whatever the CPU does and whenever it does it, no pulse is lost, none counts twice.

The CPU reads, finds the program running after a reset, or replaces it, while the coprocessor
stands at each instruction boundary of each poll of a pulse. `make test` looks at a seeded sample,
`make prove` at every one (tests/prove/test_every_boundary.py).
"""

import random

import pytest

from handover import OTHER, all_moments, check_starts, reads
from reeds import closings
from rill.board_process import Board
from rill.image import build, build_board
from rill.world import World

SAMPLE = 150


def sample(moments, seed):
    return random.Random(seed).sample(moments, min(SAMPLE, len(moments)))


@pytest.mark.parametrize("pace", [0, 1, 7])
def test_a_reset_finds_the_program_and_leaves_it_alone(tmp_path, pace):
    check_starts(tmp_path, sample(all_moments(), seed=pace), pace, b"{}")


@pytest.mark.parametrize("pace", [0] + [pytest.param(n, marks=pytest.mark.prove) for n in (1, 7)])
def test_another_program_takes_over_in_the_middle_of_a_pulse(tmp_path, pace):
    check_starts(tmp_path, sample(all_moments(), seed=10 + pace), pace, OTHER)


@pytest.mark.parametrize("lower_first", [True, False])
@pytest.mark.parametrize("count", [0xFFFF, 0xFFFFFFFF, 41])
def test_a_read_in_the_middle_of_a_pulse_is_not_torn(tmp_path, count, lower_first):
    def pairs(length):
        rng = random.Random(count + lower_first)
        return [sorted((rng.randrange(length), rng.randrange(length))) for _ in range(SAMPLE)]

    said, torn = reads(tmp_path, count, pairs, lower_first)
    assert set(said) <= {count, (count + 1) & 0xFFFFFFFF}
    assert torn > 0  # or nothing has been shown


RELOAD = """
from firmware.sensor import open_counter
from firmware.config import parse
counter = open_counter(parse({config!r}))
print("began", counter.start(), counter.read().forward)
"""


class Unwatched(World):
    """Notes how long the timer stood still, at so many microseconds for each act of the CPU."""

    ACCESS_US = 60  # a line of MicroPython on an ESP32 and the access in it

    def __init__(self, edges):
        super().__init__([], edges=edges)
        self.longest_us = 0
        self._stopped_us = None

    def _access(self):
        self.now_us += self.ACCESS_US
        cop = super()._access()
        if cop.timer.due_us is None:
            self._stopped_us = self._stopped_us or self.now_us
        elif self._stopped_us:
            self.longest_us = max(self.longest_us, cop.timer.due_us - self._stopped_us)
            self._stopped_us = None
        return cop


def test_a_reload_leaves_the_line_unwatched_for_less_than_a_poll(tmp_path):
    world = Unwatched(closings((1000, 1100)))
    board = Board(tmp_path, build(), build_board(), world)
    script = tmp_path / "reload.py"
    for config, began in ((b"{}", "True 0"), (b'{"pulse_dead_ms": 90}', "False 0")):
        script.write_text(RELOAD.format(config=config))
        assert board.run(script).split(maxsplit=1)[1].strip() == began
    assert 500 < world.longest_us < 10_000


@pytest.mark.parametrize("offset_ms", range(0, 90, 5))
def test_a_closing_at_any_time_around_a_reload_counts_once(tmp_path, offset_ms):
    # The reload comes 400 ms after the start, give or take what boot and script take.
    edges = closings((760 + offset_ms, 845 + offset_ms), (1400, 1485))
    world = World([], edges=edges)
    board = Board(tmp_path, build(), build_board(), world)
    script = tmp_path / "reload.py"
    for config in (b"{}", b'{"pulse_dead_ms": 90}'):
        script.write_text(RELOAD.format(config=config))
        board.run(script)
    world.sleep_until(2_000_000)
    assert world.coprocessor.wide("forward") == 2


@pytest.mark.prove
def test_a_reset_anywhere_in_a_reload_keeps_the_count(tmp_path):
    script = tmp_path / "reload.py"
    for fuse in range(1, 400):
        world = World([], edges=closings((1000, 1200), (1600, 1900), (4000, 4200)))
        folder = tmp_path / str(fuse)
        folder.mkdir()
        board = Board(folder, build(), build_board(), world)
        script.write_text(RELOAD.format(config=b"{}"))
        board.run(script)
        world.sleep_until(2_000_000)
        script.write_text(RELOAD.format(config=b'{"pulse_dead_ms": 90}'))
        ending = board.wake("reset", fuse=fuse, scripts=(str(script),))
        assert board.run(script).split() == ["began", "False", "2"], fuse
        world.sleep_until(5_000_000)
        assert world.coprocessor.wide("forward") == 3, fuse
        if ending.kind != "reset":
            assert fuse > 60  # it has been cut everywhere
            return
    pytest.fail("the reload never ended")
