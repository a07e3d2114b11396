"""A meter at a simulated cable with all that a meter may have, and the board that follows it."""

import json
import struct
import zlib
from array import array
from contextlib import contextmanager
from pathlib import Path

from flashed_tree import flashed_tree
from pressing import button_pressed
from rill.cable.ask_command import answers
from rill.cable.port import RESET, Port
from rill.cable.reaching import enter
from rill.cable.served import ServedBoard
from rill.world import World

PULSES = 40  # before a backup: of a litre each
KEY, CODE = "5e" * 32, "471199"
SECRETS = {
    "wifi_password": "wifi-hunter2", "broker_password": "broker-hunter3",
    "broker_user": "token-hunter4",
}  # fmt: skip
CONFIG = {
    "device": "m-0001", "wifi_ssid": "home", "broker_host": "127.0.0.1", "broker_port": 1,
    "slot_s": 900, "report_s": 900, "tds_pin": 36, "tds_switch_pin": 25, **SECRETS,
}  # fmt: skip
PRIVATE, CERTIFICATE = b"\x30\x77private" * 9, b"\x30\x82certificate" * 20
CA = b"\x30\x82of the broker" * 30
_BLOBS = {"probes1": 60, "learned1": 77, "cell1": 9}
_FURNISH = """
from firmware.hal.nvs import Nvs
for _k, _b in {blobs!r}.items():
    Nvs().write(_k, _b)
from firmware.console.start import run
_m = run()
_m.sign_in("A. Miller")
_m.set(98.765)
_m.set_code({code!r})
_m.read()
"""


def blobs():
    """As they lie in non-volatile storage."""
    found = {}
    for key, size in _BLOBS.items():
        content = bytes(range(size))
        found[key] = content + struct.pack("<I", zlib.crc32(content))
    return found


@contextmanager
def old_meter(folder: Path):
    """It has counted, reports to nobody, and has all kinds of keys; asleep."""
    tree = flashed_tree(folder, **CONFIG)
    for name, data in (
        ("command.key", KEY.encode()), ("client.key", PRIVATE), ("client.der", CERTIFICATE),
        ("broker.der", CA),
    ):  # fmt: skip
        (tree / name).write_bytes(data)
    times = array("Q", [60_000_000 + 9_000_000 * n for n in range(PULSES)])
    with ServedBoard(folder / "board", tree, world=World(times)) as board:
        assert board.wait_asleep()
        board.pass_time(900)
        assert board.wait_asleep()
        with asked(board) as port:
            port.exec(_FURNISH.format(blobs=blobs(), code=CODE), 60)
        assert board.wait_asleep()
        yield board


@contextmanager
def new_board(folder: Path, **more):
    """One that is deployed, and nothing else; asleep."""
    folder.mkdir(exist_ok=True)
    with ServedBoard(folder / "board", flashed_tree(folder), **more) as board:
        assert board.wait_asleep()
        yield board


@contextmanager
def asked(board):
    """Its port, at the prompt; the meter goes on behind it."""
    with Port(board.path) as port:
        board.press_button()
        enter(port, lambda text: board.press_button())
        port.enter(soft_reset=True)
        yield port
        port.leave(RESET)


def identity(board):
    """What a meter says of itself, its settings and keys, and its files."""
    with asked(board) as port:
        (who,) = answers(port, "identity()", 30)
        (has,) = answers(port, "belongings(True)", 30)
        names = port.value("__import__('os').listdir('/')")
        files = {
            name: port.get(name) for name in names if name.endswith((".key", ".der", ".json"))
        }
        events = port.exec(
            "from firmware.console.start import run\n_m = run()\n_m.events(40)\n", 60
        )
    assert board.wait_asleep()
    return who, has, files, events, names


def rill_at(board, rill, *words):
    """A command of `rill` at a board whose button somebody presses: (status, JSON or output)."""
    with button_pressed(board):
        status, out, said = rill(*words)
    return status, json.loads(out) if out.startswith("{") else out + said
