"""A meter on the simulated board, and who serves it: for the tests of the prompt."""

import json
import re
from array import array
from pathlib import Path

from rill.board_process import Board
from rill.image import build, build_board
from rill.world import World
from technician import Technician

HEAP_BYTES = 200_000
S = 1_000_000  # microseconds
_COLUMNS = 80


class Bench:
    """A meter that flows 1 L each 4 s, and who serves it. config: beside the broker's."""

    def __init__(self, folder: Path, config, *, hal="ports", heap_bytes=HEAP_BYTES, **world):
        self.world = World(array("q", range(5 * S, 4000 * S, 4 * S)), **world)
        self.board = Board(
            folder, build(), build_board(), self.world, hal=hal, heap_bytes=heap_bytes
        )
        self.technician = Technician(self.board, folder)
        self.configure(config)

    def configure(self, config):
        (self.board.flash / "config.json").write_text(json.dumps(config))

    def first(self, *steps):
        """From power-on; what is shown."""
        ending, shown = self.technician.does("Ctrl-C at once", "main.py", *steps, cause="power_on")
        assert ending.kind == "prompt", shown
        is_narrow(shown)
        return shown

    def then(self, *steps):
        shown = self.technician.types(*steps)
        is_narrow(shown)
        return shown

    def kept(self):
        """What a loss of power leaves: files, and what counts in non-volatile storage."""
        files = {p.name: p.read_bytes() for p in self.board.flash.glob("*.json")}
        return files, self.board.nvs()

    def events(self):
        """What meter.events() says, without dates."""
        lines = self.then("meter.events(600)").splitlines()
        return [line[18:].strip() for line in lines if re.match(r"[0-9b].{16} +[0-9]+ ", line)]


def is_narrow(shown):
    assert [line for line in shown.splitlines() if len(line) > _COLUMNS] == []


def reporting(head_end, **more):
    """A configuration that reports there over Wi-Fi."""
    return {
        "broker_host": "127.0.0.1", "broker_port": head_end.port, "wifi_ssid": "bench",
        "timezone_min": 480, **more,
    }  # fmt: skip
