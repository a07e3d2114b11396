"""Promise: `rill status` and `selftest` say what the meter says, and then it goes on."""

import json
import threading
from contextlib import contextmanager

import pytest

from rill.cable.served import ServedBoard
from rill.image import build


@pytest.fixture
def meter(tmp_path):
    with ServedBoard(tmp_path / "board", build()) as board:
        assert board.wait_asleep()
        yield board


@contextmanager
def _button(board):
    """Somebody presses it whenever the meter sleeps."""
    is_over = threading.Event()

    def press():
        while not is_over.wait(0.5):
            board.press_button()

    person = threading.Thread(target=press)
    person.start()
    try:
        yield
    finally:
        is_over.set()
        person.join()


def test_status(meter, rill):
    with _button(meter):
        status, out, _ = rill("status", meter.path, "--json")
    found = json.loads(out)
    assert status == 1 and found["readings_waiting"] >= 1
    assert any("config.json" in sentence for sentence in found["wrong"])
    assert meter.wait_asleep(), "the meter does not go on"


def test_selftest(meter, rill):
    with _button(meter):
        status, out, _ = rill("selftest", meter.path, "--json")
    found = json.loads(out)
    assert status == 1 and not found["passed"] and len(found["checks"]) >= 4
    assert meter.wait_asleep()


def test_a_board_without_a_console(tmp_path, rill):
    with ServedBoard(tmp_path / "board") as board:
        status, _, said = rill("status", board.path)
    assert status == 2 and "there is no console on this board" in said
