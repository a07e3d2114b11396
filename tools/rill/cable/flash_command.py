"""`rill flash`: the official image, with a partition for the journal, onto a module."""

import argparse
import json
from pathlib import Path

from rich.console import Console

from rill.cable import chip, image_file, partitions
from rill.cable.found import Refused, dotted, find_out
from rill.cable.port import RESET, NoPrompt, Port
from rill.cable.prompt import DeviceError, Prompt

_FIRST_S = 3.0
_JOURNAL_HEAD_BYTES = 8192  # two blocks: a littlefs begins there
_UNREAD = """
def _unread():
    from board import board
    from firmware import app
    from firmware.hal.nvs import Nvs
    from firmware.hal.power import Power
    from firmware.storage.checkpoint import Vault
    from firmware.storage.retained import RetainedState
    v = Vault(Nvs())
    k = RetainedState(Power(board.BUTTON_PIN, board.ULP_MEASURE)).load() or v.load()
    s = app.open_store(v)
    r, e = s.readings.next_seq, s.events.next_seq
    return r - max(1, k.cursor_seq), e - max(1, k.event_cursor_seq)
"""


def add_parser(commands) -> None:
    flash = commands.add_parser("flash", help="put MicroPython onto a module, with our partitions")
    flash.set_defaults(command=_flash)
    add = flash.add_argument
    add("port", metavar="PORT", help="like /dev/ttyUSB0")
    add("image", type=Path, metavar="IMAGE", help="downloaded: ESP32_GENERIC-...bin")
    add("--force", action="store_true", help="also when readings wait in it that nobody has")
    add("--json", action="store_true", help="print one JSON object and nothing else")


def _flash(options: argparse.Namespace) -> int:
    image = image_file.read(options.image)
    if not options.force:
        check_unread(options.port)
    with Console(stderr=True).status(f"{options.port}: two minutes ..."):
        numbers = flash(options.port, image)
    print(json.dumps(numbers) if options.json else _summary(numbers))
    return 0


def flash(port: str, image: bytes) -> dict:
    """What `rill flash --json` prints. A flash that has our table keeps files and journal."""
    size = chip.flash_bytes(port)
    ours = image_file.with_journal(image, size)
    before = chip.read(port, partitions.ADDRESS, partitions.TABLE_BYTES)
    at = partitions.ADDRESS - image_file.ADDRESS
    is_ours = before == ours[at : at + partitions.TABLE_BYTES]
    chip.write(port, image_file.ADDRESS, ours, erases_all=not is_ours)
    return {
        "port": port,
        "image": dotted(image_file.version_of(image) or ()),
        "flash_bytes": size,
        "partitions": {p.label: p.size for p in partitions.parse(ours[at:])},
        "kept_files_and_journal": is_ours,
    }


def check_unread(port: str) -> None:
    """Raises Refused when there are, or may be, readings that the head end has not got."""
    with Port(port) as board:
        try:
            board.enter(wait_s=_FIRST_S)
        except NoPrompt:
            board.close()
            _check_partition(port)
            return
        try:
            waiting = unread(board)
        finally:
            board.leave(RESET)
    if waiting is None:
        raise Refused("it is a meter, and its journal can't be read: --force if it may be lost")
    if any(waiting):
        raise Refused(
            f"{waiting[0]} readings and {waiting[1]} events wait in its journal that the head end"
            " has not got: let it report, or `rill pull` them; --force if they may be lost"
        )


def unread(board: Prompt) -> tuple[int, int] | None:
    """(readings, events) that were not acknowledged; None: it can't be told."""
    if not find_out(board).has_meter:
        return 0, 0
    board.define(_UNREAD)
    try:
        readings, events = board.value("_unread()", timeout_s=30)
    except DeviceError:
        return None
    return readings, events


def _check_partition(port: str) -> None:
    """Nothing answers: an erased module, or a meter that sleeps."""
    try:
        table = partitions.parse(chip.read(port, partitions.ADDRESS, partitions.TABLE_BYTES))
    except partitions.PartitionError:
        return  # there is nothing on it
    journal = next((one for one in table if one.label == "journal"), None)
    if journal and chip.read(port, journal.offset, _JOURNAL_HEAD_BYTES).strip(b"\xff"):
        raise Refused(
            "it has a journal, and no prompt answers that could say what is unread: press its"
            " button BOOT and try again; --force if it may be lost"
        )


def _summary(numbers: dict) -> str:
    sizes = ", ".join(
        f"{label} {size // 1024} KiB" for label, size in numbers["partitions"].items()
    )
    kept = "files and journal are as they were" if numbers["kept_files_and_journal"] else "empty"
    return (
        f"MicroPython {numbers['image']} is on {numbers['flash_bytes'] // partitions.MIB} MiB of"
        f" flash: {sizes}; {kept}.\nNext: rill deploy {numbers['port']}"
    )
