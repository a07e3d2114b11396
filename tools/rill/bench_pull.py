"""How long `rill pull` takes for 10,000 readings over a line of 115200 baud, in real time."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rill.cable.line import Line
from rill.cable.port import BAUD, Port
from rill.cable.pull_command import pull
from rill.cable.reaching import enter
from rill.cable.served import ServedBoard
from rill.image import build, flashed

READINGS = 10_000
_FRAME_BYTES = 52  # of an hourly reading without probes
_BITS_OF_BYTE = 10
_SILENCE_S = 120.0
# Into an empty journal, in segments as the meter would have written them.
_FILL = """
def _fill():
    import struct
    from firmware import app
    from firmware.hal.nvs import Nvs
    from firmware.storage import frame
    from firmware.storage.checkpoint import Vault
    s = app.open_store(Vault(Nvs()))
    f, each = s.files.folder("readings"), 196252 // 52
    begin = s.readings.next_seq
    for name in f.names():
        f.move(name, s.files.folder("full"))
    for first in range(begin, {last} + 1, each):
        end = min(first + each, {last} + 1)
        g = s.files.folder("full") if end <= {last} else f
        for n in range(first, end, 100):
            b = b""
            for i in range(n, min(n + 100, end)):
                b += frame.wrap(i, struct.pack("<BIHHQIHQIIHB", 2, 1790000000 + 3600 * i, 1, 0,
                    137 * i, 137, 3600, i, i, i % 9, 2, 1))
            g.append("r%08x" % first, b)
"""


class Filled:
    """A meter with that many readings at a line of that speed. A context manager: its board."""

    def __init__(self, folder: Path, readings: int = READINGS, baud: int = BAUD):
        tree = folder / "tree"
        for name in flashed(build()):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes((build() / name).read_bytes())
        self.board = ServedBoard(folder / "board", tree, line=Line(baud))
        self._readings = readings

    def __enter__(self) -> ServedBoard:
        self.board.start()
        self.board.wait_asleep()
        with Port(self.board.path) as port:
            self.board.press_button()
            enter(port, lambda text: self.board.press_button())
            port.enter(soft_reset=True)
            port.exec(_FILL.format(last=self._readings) + "_fill()", _SILENCE_S)
            port.leave("import machine\nmachine.reset()")
        self.board.wait_asleep()
        return self.board

    def __exit__(self, *_: object) -> None:
        self.board.close()


def pulled(board: ServedBoard, folder: Path) -> tuple[dict, float]:
    """What `rill pull --json` prints, and how long the meter kept the line, in seconds."""
    with Port(board.path) as port:
        board.press_button()
        enter(port, lambda text: board.press_button())
        began_s = time.monotonic()
        return pull(port, folder), time.monotonic() - began_s


def pull_rows() -> Iterator[tuple[str, str]]:
    """Of the table of `make bench`."""
    with tempfile.TemporaryDirectory(prefix="rill-") as name:
        folder = Path(name)
        with Filled(folder) as board:
            numbers, took_s = pulled(board, folder)
    count = numbers["readings"]["new"]
    limit_s = count * _FRAME_BYTES * _BITS_OF_BYTE / BAUD
    yield (
        f"rill pull of {count:,} readings at {BAUD} baud, s; of the line's limit",
        (f"{took_s:.1f}; {took_s / limit_s:.2f}"),
    )
