"""Lets pytest collect tests/unit, but run each function in its own unix-port MicroPython."""

import ast
import uuid
from functools import partial
from pathlib import Path

import pytest

from over_tls import printed_by
from rill import cli
from rill.authority import Authority
from rill.collect.server import Server, find_postgresql
from rill.image import ROOT
from rill.modem import sockets
from rill.torture.headend import HeadEnd
from unit_runs import UNIT, MicroPythonFailure, run


class MicroPythonTest(pytest.Item):
    def __init__(self, *, line, **arguments):
        super().__init__(**arguments)
        self.line = line

    def runtest(self):
        run(self.path, self.name)

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
    if module_path.parent == UNIT:
        return MicroPythonFile.from_parent(parent, path=module_path)


def pytest_collection_modifyitems(items):
    """The longest alone first: at the end it would keep one worker waiting for the other."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/prove/test_year_of_wear.py"))


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
def head_end():
    """A broker, and what it was told."""
    with HeadEnd() as head_end:
        yield head_end


@pytest.fixture
def script(tmp_path):
    """Writes a MicroPython script into a file; its path in a tuple, for Board.wake()."""

    def write(text):
        path = tmp_path / "script.py"
        path.write_text(text)
        return (str(path),)

    return write


@pytest.fixture
def impatient(monkeypatch):
    """Simulated modems where nothing depends on what the server answers."""
    monkeypatch.setattr(sockets, "_REAL_WAIT_S", 0.02)
    monkeypatch.setattr(sockets, "_COMPANION_S", 0.0)


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


@pytest.fixture
def rill(capsys, monkeypatch):
    """Runs a command; (exit status, stdout, stderr)."""
    monkeypatch.setattr("signal.signal", lambda *_: None)  # pytest's own stay

    def run(*arguments):
        try:
            status = cli.main([str(one) for one in arguments])
        except SystemExit as ended:
            status = ended.code
        return status, *capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture
def tls_meter(tmp_path, script, authority):
    """Runs a program on a board that trusts the authority, or has other files; what it printed."""
    return partial(printed_by, tmp_path, script, authority)
