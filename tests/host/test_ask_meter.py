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


def test_selftest(meter, rill):
    with button_pressed(meter):
        status, out, _ = rill("selftest", meter.path, "--json")
    found = json.loads(out)
    assert status == 1 and not found["passed"] and len(found["checks"]) >= 4
    assert meter.wait_asleep()


def test_a_board_without_a_console(tmp_path, rill):
    with ServedBoard(tmp_path / "board") as board:
        status, _, said = rill("status", board.path)
    assert status == 2 and "there is no console on this board" in said
