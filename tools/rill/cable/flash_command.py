"""`rill flash`: the official image, with a partition for the journal, onto a module."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from rill.cable import chip, image_file, partitions
from rill.cable.found import Found, Refused, described, dotted, find_out
from rill.cable.port import RESET, NoPrompt, Port
from rill.cable.prompt import DeviceError, Prompt

_FIRST_S = 3.0
_HEAD_BYTES = 8192  # two blocks: a littlefs begins there
# Where a journal may be. Without a partition of its own it is a directory among the files.
_MAY_HAVE_JOURNAL = ("journal", "vfs")
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
    add("--force", action="store_true", help="also when readings or another program are lost")
    add("--json", action="store_true", help="print one JSON object and nothing else")


def _flash(options: argparse.Namespace) -> int:
    image = image_file.read(options.image)
    if not options.force:
        check_loss(options.port)
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


def check_loss(port: str) -> None:
    """Raises Refused when there is another program, or there are, or may be, readings that the
    head end has not got.
    """
    with Port(port) as board:
        try:
            board.enter(wait_s=_FIRST_S)
        except NoPrompt:
            board.close()
            check_silent(lambda address, size: chip.read(port, address, size))
            return
        try:
            found = find_out(board)
            waiting = _unread(board, found)
        finally:
            board.leave(RESET)
    if waiting is None:
        raise Refused("it has a journal that can't be read: --force if it may be lost")
    if any(waiting):
        raise Refused(
            f"{waiting[0]} readings and {waiting[1]} events wait in its journal that the head end"
            " has not got: let it report, or `rill pull` them; --force if they may be lost"
        )
    if found.has_other_program:
        raise Refused(
            f"another program is on this board: {described(found)}. Nothing was touched;"
            " --force if it may be lost"
        )


def _unread(board: Prompt, found: Found) -> tuple[int, int] | None:
    """(readings, events) that were not acknowledged; None: it can't be told."""
    if not found.has_meter:
        return (0, 0) if found.journal_format is None else None
    board.define(_UNREAD)
    try:
        readings, events = board.value("_unread()", timeout_s=30)
    except DeviceError:
        return None
    return readings, events


def check_silent(read: Callable[[int, int], bytes]) -> None:
    """Nothing answers: an erased module, or a meter that sleeps. Raises Refused.

    read(address, size): of the flash.
    """
    table = read(partitions.ADDRESS, partitions.TABLE_BYTES)
    if not table.strip(b"\xff"):
        return  # it is erased
    try:
        found = partitions.parse(table)
    except partitions.PartitionError as error:
        raise Refused(
            f"no prompt answers, and {error}: --force if what is on the flash may be lost"
        ) from error
    for one in found:
        if one.label in _MAY_HAVE_JOURNAL and read(one.offset, _HEAD_BYTES).strip(b"\xff"):
            raise Refused(
                f"its partition {one.label} is not empty, and no prompt answers that could say"
                " whether readings wait there: press its button BOOT and try again; --force if"
                " they may be lost"
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
