"""Lets pytest collect tests/unit, but run each function in its own unix-port MicroPython.

The modules under test are those of build/image: what is flashed is what is tested. The
heap is the device's, 200,000 bytes with words twice as wide stand for some 100 KB, and 110,000
for the test itself: a flash in RAM, fakes of the ports, the compiler, and the names of all these.
"""

import ast
import subprocess
import uuid
from pathlib import Path

import pytest

from rill.collect.server import Server, find_postgresql
from rill.image import ROOT, build
from rill.interpreter import micropython

HEAP_BYTES = 350_000
_UNIT = ROOT / "tests" / "unit"


class MicroPythonFailure(Exception):
    """What the interpreter printed."""


class MicroPythonTest(pytest.Item):
    def __init__(self, *, line, **arguments):
        super().__init__(**arguments)
        self.line = line

    def runtest(self):
        heap = f"heapsize={HEAP_BYTES}"
        runner = str(_UNIT / "run_one.py")
        command = [*micropython(), "-X", heap, runner, str(build()), str(self.path), self.name]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise MicroPythonFailure(done.stdout[-4000:] + done.stderr[-4000:])

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, MicroPythonFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, self.line - 1, self.name


class MicroPythonFile(pytest.File):
    def collect(self):
        for node in ast.parse(self.path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield MicroPythonTest.from_parent(self, name=node.name, line=node.lineno)


def pytest_pycollect_makemodule(module_path: Path, parent):
    if module_path.parent == _UNIT:
        return MicroPythonFile.from_parent(parent, path=module_path)


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of real household recordings beside the project; skips without it."""
    folder = ROOT.parent / "shared" / "data"
    if not (folder / "expected.json").exists():
        pytest.skip("the household recordings are not on this machine")
    return folder


@pytest.fixture(scope="session")
def transcripts() -> Path:
    """The folder of recorded modem dialogues beside the project; skips without it."""
    folder = ROOT.parent / "shared" / "data" / "transcripts"
    if not folder.exists():
        pytest.skip("the recorded dialogues are not on this machine")
    return folder


@pytest.fixture
def script(tmp_path):
    """Writes a MicroPython script into a file; its path in a tuple, for Board.wake()."""

    def write(text):
        path = tmp_path / "script.py"
        path.write_text(text)
        return (str(path),)

    return write


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL server; skips without it."""
    if find_postgresql() is None:
        pytest.skip("PostgreSQL is not installed")
    with Server(is_durable=False) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    """Of an empty database, of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "rill.db")
    server = request.getfixturevalue("postgresql")
    return server.schema(f"test_{uuid.uuid4().hex}")
