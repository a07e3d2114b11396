"""Runs a function of tests/unit in a unix-port MicroPython of its own.

The modules under test are those of build/image: what is flashed is what is tested. The
heap is the device's, 200,000 bytes with words twice as wide stand for some 100 KB, and 150,000
for the test itself: a flash in RAM, fakes of the ports, the compiler, both lives of a wake that
reports, and the names of all these.
"""

import subprocess
from pathlib import Path

from rill.image import ROOT, build
from rill.interpreter import micropython

UNIT = ROOT / "tests" / "unit"
_HEAP_BYTES = 400_000  # the meter, with what a chip never has in memory together


class MicroPythonFailure(Exception):
    """What the interpreter printed."""


def run(path: Path, name: str, *extent: str, timeout_s: int = 120) -> None:
    """MicroPythonFailure unless the function passes. extent: of run_one.py."""
    command = [*micropython(), "-X", f"heapsize={_HEAP_BYTES}", str(UNIT / "run_one.py")]
    command += [str(build()), str(path), name, *extent]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout_s)
    if done.returncode:
        raise MicroPythonFailure(done.stdout[-4000:] + done.stderr[-4000:])
