"""Files of a board, written so that there is the old one or the new one."""

import hashlib

from rill.cable.board_side import CHANGE
from rill.cable.found import Refused
from rill.cable.prompt import Prompt

MARK = "restoring"  # on the flash: a restore has begun, and not ended
ERASING = "erasing"  # the same of meter.erase(): what is left is of somebody else
# By such a file, what `rill doctor` says: its cause, what was found, what to do.
HALVES = (
    (MARK, (
        "half_restored",
        "a `rill restore` has begun on it and not ended: till then it is no whole meter",
        "`rill restore FILE` with the same file: it continues",
    )),
    (ERASING, (
        "half_erased",
        "a meter.erase() has begun on it and not ended: some of the one before is left",
        "`rill console`, then `meter.erase()` once more: it goes on",
    )),
)  # fmt: skip


def check_whole(names) -> None:
    """Raises Refused on a board where something of HALVES has begun. names: of its files."""
    for mark, (_, what, remedy) in HALVES:
        if mark in names:
            raise Refused(f"{what}: {remedy}")


def write_whole(board: Prompt, path: str, data: bytes) -> None:
    """Verified on the board before it takes the old one's place. Raises Refused, PortError."""
    board.define(CHANGE)
    board.put(path + ".new", data)
    if board.hashes([path + ".new"]) != [hashlib.sha256(data).hexdigest()]:
        raise Refused(f"{path} was not written as it was sent: try again")
    board.exec(f"_becomes({path!r})")


def remove(board: Prompt, path: str) -> None:
    """When it is there. Raises PortError."""
    board.define(CHANGE)
    board.exec(f"_gone({path!r})")
