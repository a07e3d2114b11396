"""Promise: the purifier's board runs the same firmware, and its report matches what went in."""

import json

import pytest

from purified import purified, values
from rill.board_process import Board
from rill.cli import main
from rill.image import build, build_board
from rill.message import QUALITY_FLAGS
from rill.probes import Probes
from rill.purifier import PULSE_ML, PULSES, Purifier
from rill.world import World
from technician import Technician

_FILTER_LIFE = 18
_NEWEST = """
from firmware.app import open_store
from firmware.core import event
from firmware.hal.nvs import Nvs
from firmware.storage.checkpoint import Vault
from firmware.storage.reader import Reader
reader = Reader(open_store(Vault(Nvs())).events, 1)
while reader.advance():
    newest = event.unpack(reader.body)
print(newest.code, newest.before, newest.after, newest.text)
"""


@pytest.mark.prove
def test_six_hours_of_a_purifier_with_a_filter_that_comes_to_its_end():
    draws = [(5_000, 200), (9_500, 60), (12_000, 180)]
    n = purified(Purifier(draws, [(2_000, 20), (15_000, 25)]), 6, filter_l=9)
    rejection = [QUALITY_FLAGS[one["flag"]] for one in values(n, "rejection_permille")]
    assert rejection == ["uncalibrated", "stale", "uncalibrated", "stale", "stale"]
    assert [one["value"] for one in values(n, "filter_life_permille")][-1] == 1000 - 8800 // 9
    told = [e for e in n["events"] if e["code"] == _FILTER_LIFE]
    assert [(e["before"], e["after"], e["text"]) for e in told] == [(23, 1, "litres")]


@pytest.mark.prove
def test_the_image_of_a_board_says_which_one_it_is_and_is_else_the_same():
    usual, other = build(), build(board="purifier")
    assert usual != other
    assert "purifier" in (other / "board.py").read_text()
    names = [
        sorted(p.relative_to(image) for p in image.rglob("*") if p.is_file())
        for image in (usual, other)
    ]
    assert names[0] == names[1]
    for name in names[0]:
        if name.name != "board.py":
            assert (usual / name).read_bytes() == (other / name).read_bytes()


@pytest.mark.parametrize(
    "options", [["--pulse-ml", "10"], ["--quality"], ["--sensor", "hall"], ["--trace", "x.csv"]]
)
def test_what_a_purifier_brings_itself_is_not_asked_for(options, capsys):
    assert main(["simulate", "--board", "purifier", *options]) == 2
    assert "brings its own" in capsys.readouterr().err


@pytest.mark.prove
def test_a_new_filter_at_the_prompt(tmp_path):
    purifier = Purifier([(100, 200)], [])
    water = purifier.trace().pulse_times_us(PULSE_ML, PULSES)
    world = World(water, sensor="hall", probes=Probes(water=purifier.water()))
    board = Board(tmp_path, build(board="purifier"), build_board(), world)
    (board.flash / "config.json").write_text('{"device": "p"}')
    world.ends_us = 3_700_000_000
    assert board.wake("power_on").kind == "over"
    world.ends_us = None
    said = Technician(board, tmp_path).types(
        'meter.sign_in("A. Miller")',
        "meter.hand_over(1)", "> y",  # that is no water of this filter
        "meter.change_filter()", _NEWEST,
    )  # fmt: skip
    assert "a new filter, from odometer 1.000 m3 on" in said
    assert said.splitlines()[-1] == "17 4000 0 A. Miller"


@pytest.mark.prove
def test_a_day_at_the_command_line_is_sound_and_matches(capsys):
    assert main(["simulate", "--board", "purifier", "--seed", "2", "--json"]) == 0
    n = json.loads(capsys.readouterr().out)
    went_in, said = n["purifier_in"], n["purifier_reported"]
    assert (said["filter_ml"], said["flushes"]) == (went_in["filter_ml"], went_in["flushes"])
    assert abs(said["rejection_permille"] - went_in["rejection_permille"]) < 30
    assert said["filter_life_permille"] == 1000 - went_in["filter_ml"] // 3000
