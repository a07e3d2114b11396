"""The files on the flash of a board behind a cable, for who has that flash as a file."""

import subprocess
from pathlib import Path

from rill.image import build_board
from rill.interpreter import micropython

VFS_BYTES = 0x480000  # of 8 MiB of flash: docs/cable.md
_SCRIPT = "flash_files.py"


class FilesError(Exception):
    """The flash can't be read or written; the message has what the interpreter said."""


def flash_with(tree: Path | None, flash: Path, size: int = VFS_BYTES) -> None:
    """Make a flash with the files of a folder on it, or a blank one."""
    flash.write_bytes(b"\xff" * size)
    if tree:
        put(tree, flash)


def put(tree: Path, flash: Path) -> None:
    """Add the files of a folder."""
    _run("put", tree, flash)


def get(flash: Path, tree: Path) -> None:
    """All files, into a folder that is made."""
    tree.mkdir(parents=True)
    _run("get", tree, flash)


def _run(verb: str, tree: Path, flash: Path) -> None:
    script = build_board() / _SCRIPT
    command = [*micropython(), str(script), str(flash), verb, str(tree)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise FilesError(f"{verb} {flash}: {(done.stdout + done.stderr).strip()}")
