"""`rill board`: a simulated board at a pseudo-terminal, for mpremote and for `rill` itself."""

import argparse
import json
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from random import Random

from rill import image
from rill.cable.files import put
from rill.cable.line import Line
from rill.cable.served import ServedBoard
from rill.household import household
from rill.linked import configuration
from rill.world import World

_DAYS_OF_WATER = 7
_PULSE_ML = 1000
_KEYS = (
    "Enter presses its button, r resets it, p takes its power, u pulls its cable; Ctrl-C ends it"
)


def add_parser(commands, number) -> None:
    board = commands.add_parser("board", help="a simulated board at a port, to try everything on")
    board.set_defaults(command=_board)
    add = board.add_argument
    add("--flash", type=Path, metavar="DIR", help="keep its flash there (default: forget it)")
    add("--blank", action="store_true", help="a new one has nothing but MicroPython on it")
    add("--broker-port", type=number(1, 65535), default=1883, metavar="N",
        help="of the broker on this machine that a new one reports to (default 1883)")  # fmt: skip
    add("--baud", type=number(1200, 10_000_000), metavar="N",
        help="speed of the line (default: as fast as it goes)")  # fmt: skip
    add("--pieces", type=number(0, 2**31), metavar="SEED",
        help="what it sends comes in pieces of 1 to 16 bytes")  # fmt: skip
    add("--reset-at", type=number(1, 10**9), metavar="N",
        help="reset it at its Nth write to the flash of firmware and configuration")  # fmt: skip
    add("--json", action="store_true", help="print its port as a JSON object")


def _board(options: argparse.Namespace) -> int:
    pieces = None if options.pieces is None else Random(options.pieces)
    with ExitStack() as stack:
        folder = options.flash
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rill-")))
        world = World(household(1, _DAYS_OF_WATER).pulse_times_us(_PULSE_ML, 1))
        is_new = not (folder / "vfs").exists()
        tree = None if options.blank else image.build()
        board = ServedBoard(folder, tree, world=world, line=Line(options.baud, pieces))
        if is_new and tree:
            _configure(board, options.broker_port)
        if options.reset_at:
            board.cut(options.reset_at)
        stack.enter_context(board)
        _tell(board, options.json)
        _obey_keys(board, options.json)
    return 0


def _configure(board: ServedBoard, broker_port: int) -> None:
    values = {"device": "rill-0001", "broker_port": broker_port, **configuration("wifi")}
    with tempfile.TemporaryDirectory(prefix="rill-") as folder:
        (Path(folder) / "config.json").write_text(json.dumps(values))
        put(Path(folder), board.vfs)


def _tell(board: ServedBoard, as_json: bool) -> None:
    print(json.dumps({"port": board.path}) if as_json else board.path, flush=True)


def _obey_keys(board: ServedBoard, as_json: bool) -> None:
    print(f"rill: a board is there. {_KEYS}", file=sys.stderr)
    acts = {"": board.press_button, "r": board.reset, "p": lambda: board.reset("power_on")}
    for line in sys.stdin:
        key = line.strip().lower()
        if key == "u":
            board.unplug()
            _tell(board, as_json)
        elif key in acts:
            acts[key]()
        else:
            print(f"rill: {key!r} is no key of it. {_KEYS}", file=sys.stderr)
    threading.Event().wait()  # no keys: until somebody ends it
