"""A meter with a Hall sensor, which stays awake, on a board in a folder."""

import json
from array import array

from rill.board_process import Board
from rill.image import build, build_board
from rill.verdict import Meter
from rill.world import World

COUNTER_FAULT = 128
SETTINGS = {
    "pulse_sensor": "hall",
    "pulse_weight_ml": 1000,
    "pulse_weight_pulses": 450,
    "slot_s": 60,
    "report_s": 3600,
}
LATE_US = 4_000_000  # boot and the two seconds for Ctrl-C are over, the counter runs
S = 1_000_000


def stream(hz, pulses, begin_us=LATE_US):
    """Edges of a Hall sensor: half of each period active."""
    for n in range(pulses):
        yield begin_us + n * S // hz, 0
        yield begin_us + (2 * n + 1) * S // (2 * hz), 1


class HallMeter:
    """One meter on a board in a folder, at a line with these edges."""

    def __init__(self, folder, edges, hal="chip", **settings):
        self.edges = list(edges)
        self.world = World(array("q"), edges=self.edges)
        folder.mkdir(exist_ok=True)
        self.board = Board(folder, build(), build_board(), self.world, hal=hal, heap_bytes=200_000)
        self.configure(**settings)

    def configure(self, **settings):
        text = json.dumps(SETTINGS | settings)
        (self.board.flash / "config.json").write_text(text)

    def wake_until(self, s, cause="power_on", fuse=0, scripts=("boot.py", "main.py")):
        """One wake, ended at that second of the world unless it ends before."""
        self.world.ends_us = s * S
        ending = self.board.wake(cause, fuse=fuse, scripts=scripts)
        self.world.ends_us = None
        return ending

    def stored(self):
        """What the journal holds."""
        return Meter.from_dump(self.board.run(build_board() / "dump.py"))

    def counted(self, script):
        """What retained memory holds."""
        (path,) = script(
            "from firmware.hal.power import Power\n"
            "from firmware.storage.retained import RetainedState\n"
            "print(RetainedState(Power(0, '')).load().pulses)\n"
        )
        return int(self.board.run(path))

    def closings(self, begin_us, end_us):
        """Falling edges of the line from begin_us to end_us."""
        return sum(1 for t_us, level in self.edges if not level and begin_us < t_us <= end_us)


# Run behind other lines: the counter of app.py, and a look at it after the water has passed.
COUNT = """
from firmware.sensor import open_counter
from firmware.config import checked
from firmware.hal.clock import Clock
import machine
config = checked({"pulse_sensor": "hall"})
counter = open_counter(config)
"""
