"""Promise: `rill status` and `selftest` say what the meter says, and then it goes on."""

import json

import pytest

from pressing import button_pressed
from rill.cable.served import ServedBoard
from rill.image import build


@pytest.fixture
def meter(tmp_path):
    with ServedBoard(tmp_path / "board", build()) as board:
        assert board.wait_asleep()
        yield board


def test_status(meter, rill):
    with button_pressed(meter):
        status, out, _ = rill("status", meter.path, "--json")
    found = json.loads(out)
    assert status == 1 and found["readings_waiting"] >= 1
    assert any("config.json" in sentence for sentence in found["wrong"])
    assert meter.wait_asleep(), "the meter does not go on"


@pytest.mark.prove
def test_status_in_words(meter, rill):
    """As `meter` says it at the prompt, from name to what is wrong."""
    with button_pressed(meter):
        status, out, _ = rill("status", meter.path)
    lines = out.splitlines()
    assert status == 1 and max(map(len, lines)) <= 80
    begins = ["meter ", "firmware ", "time ", "odometer ", "meter body ", "counts in sleep "]
    assert [line[: len(one)] for line, one in zip(lines, begins, strict=False)] == begins
    assert "config.json" in out[out.index("Wrong:") :]


def test_selftest(meter, rill):
    with button_pressed(meter):
        status, out, _ = rill("selftest", meter.path, "--json")
    found = json.loads(out)
    assert status == 1 and not found["passed"] and len(found["checks"]) >= 4
    assert meter.wait_asleep()


def test_a_console_needs_a_terminal(rill):
    status, _, said = rill("console", "/dev/no")
    assert status == 2 and "needs a terminal" in said and "Traceback" not in said


def test_a_board_without_a_console(tmp_path, rill):
    with ServedBoard(tmp_path / "board") as board:
        status, _, said = rill("status", board.path)
    assert status == 2 and "there is no console on this board" in said
