"""Promise: a failure inside MicroPython is a failure of the test that ran it."""

import subprocess

import pytest

from rill.interpreter import micropython


@pytest.mark.parametrize(
    ("code", "status"),
    [("pass", 0), ("1/0", 1), ("raise SystemExit(3)", 3), ("assert False", 1)],
)
def test_the_exit_status_is_the_interpreters(code, status):
    done = subprocess.run([*micropython(), "-c", code], capture_output=True)
    assert done.returncode == status


def test_the_heap_is_as_small_as_asked_for():
    code = "import gc; print(gc.mem_free() + gc.mem_alloc())"
    command = [*micropython(), "-X", "heapsize=200000", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True)
    assert 190_000 < int(done.stdout) <= 200_000
