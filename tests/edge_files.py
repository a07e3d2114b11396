"""The recorded edge files, and a CPU that disturbs their counting at random instants."""

import json
import random
from array import array

from rill.board_process import Board
from rill.image import build, build_board
from rill.world import World
from ulp_emulator import read_edges

COUNTS = {"bounce": 2000, "fast": 900, "chatter": 281, "noise": 291, "mix": 770, "rocking": 439}
SLOWEST, FASTEST = 0.87, 1.13
_ACT = """
from firmware.sensor import open_counter
from firmware.config import parse
counter = open_counter(parse({config!r}))
counter.start()
counts = counter.read()
counter.commit(counts.forward)
counter.allow(12, 0)
counter.heed(counts)
print("forward", counts.forward)
"""


def path(recordings, name):
    return recordings / f"reed_edges_{name}.csv.gz"


def start(seed):
    """(phase in microseconds, factor of the slow clock); the first seeds are the extremes."""
    rng = random.Random(seed)
    factors = {0: 1.0, 1: SLOWEST, 2: FASTEST}
    return rng.randrange(25_000), factors.get(seed, rng.uniform(SLOWEST, FASTEST))


def disturbed(tmp_path, recordings, name, seed, acts):
    """The count of a file while the firmware wakes, is reset and loads other programs."""
    rng = random.Random(seed)
    phase_us, factor = start(seed)
    edges = [
        (t_us + 2_000_000 + phase_us, level) for t_us, level in read_edges(path(recordings, name))
    ]
    world = World(array("q"), edges=edges, slow_hz=150_000 * factor)
    board = Board(tmp_path, build(), build_board(), world)
    script, settings, seen = tmp_path / "act.py", {}, 0
    end_us = edges[-1][0] + 2_000_000
    for at_us in [0, *sorted(rng.randrange(3_000_000, end_us) for _ in range(acts)), end_us]:
        while world.now_us < at_us and world.sleep_until(at_us):
            pass
        act = rng.choice(("wake", "reset", "reload")) if 0 < at_us < end_us else "wake"
        if act == "reload":
            settings = {"pulse_dead_ms": rng.randrange(80, 101)}
        script.write_text(_ACT.format(config=json.dumps(settings).encode()))
        if act == "reset":
            # At any crossing of an ordinary wake: the coprocessor goes on, the next boot finds it.
            board.wake("reset", fuse=rng.randrange(1, 30), scripts=(str(script),))
        counted = int(board.run(script).split()[-1])
        assert counted >= seen
        seen = counted
    return seen
