"""Promise: a failure inside MicroPython is a failure of the test that ran it."""

import os
import signal
import subprocess

import pytest

from rill.interpreter import micropython
from rill.nursery import Nursery, nursery

_ENDINGS = pytest.mark.parametrize(
    ("code", "status"),
    [("pass", 0), ("1/0", 1), ("raise SystemExit(3)", 3), ("assert False", 1)],
)


@_ENDINGS
def test_the_exit_status_is_the_interpreters(code, status):
    done = subprocess.run([*micropython(), "-c", code], capture_output=True)
    assert done.returncode == status


@_ENDINGS
def test_so_it_is_of_one_that_began_as_a_copy(code, status, tmp_path):
    process = nursery().begin(["-c", code], tmp_path, [])
    assert nursery().end(process, is_killed=False) == status


def test_one_that_hangs_is_ended(tmp_path):
    process = nursery().begin(["-c", "while True: pass"], tmp_path, [])
    assert nursery().end(process) == -signal.SIGKILL


def test_a_chosen_interpreter_is_taken(monkeypatch, tmp_path):
    monkeypatch.setenv("MICROPYTHON", "/bin/echo")
    read, write = os.pipe()
    chosen = Nursery()
    process = chosen.begin(["that", "one"], tmp_path, [write])
    os.close(write)
    with open(read) as output:
        assert output.read() == "that one\n"
    assert chosen.end(process, is_killed=False) == 0
    chosen.close()


def test_the_heap_is_as_small_as_asked_for():
    code = "import gc; print(gc.mem_free() + gc.mem_alloc())"
    command = [*micropython(), "-X", "heapsize=200000", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True)
    assert 190_000 < int(done.stdout) <= 200_000
