"""Runs a function of tests/unit in a unix-port MicroPython of its own.

The modules under test are those of build/image: what is flashed is what is tested. The
heap is the device's, 200,000 bytes with words twice as wide stand for some 100 KB, and 154,000
for the test itself: a flash in RAM, fakes of the ports, the compiler, both lives of a wake that
reports, and the names of all these.
"""

import os
import select
import time
from pathlib import Path

from rill.image import ROOT, build
from rill.nursery import nursery

UNIT = ROOT / "tests" / "unit"
_HEAP_BYTES = 404_000  # the meter, with what a chip never has in memory together


class MicroPythonFailure(Exception):
    """What the interpreter printed."""


def run(
    path: Path, name: str, *extent: str, timeout_s: int = 120, heap_bytes: int = _HEAP_BYTES
) -> None:
    """MicroPythonFailure unless the function passes. extent: of run_one.py."""
    arguments = ["-X", f"heapsize={heap_bytes}", str(UNIT / "run_one.py")]
    arguments += [str(build()), str(path), name, *extent]
    read, write = os.pipe()
    process = nursery().begin(arguments, ROOT, [write, write])
    os.close(write)
    with open(read, "rb", buffering=0) as output:
        printed, is_over = _read_until_the_end(output, time.monotonic() + timeout_s)
    if nursery().end(process, is_killed=not is_over):
        raise MicroPythonFailure(printed[-8000:].decode(errors="replace"))


def _read_until_the_end(output, deadline_s: float) -> tuple[bytes, bool]:
    printed = b""
    while select.select([output], [], [], max(0, deadline_s - time.monotonic()))[0]:
        if not (more := output.read(65536)):
            return printed, True
        printed += more
    return printed + b"\nit did not end in time", False
