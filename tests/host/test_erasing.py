"""Promise: an erased meter has no history, keys or name, and the odometer that it had."""

import re

import pytest

from attended import Bench, reporting
from technician import BEGUN, Technician


def test_erasing_keeps_the_odometer_alone(tmp_path, head_end):
    bench = Bench(tmp_path, reporting(head_end, device="m-0001"))
    (bench.board.flash / "command.key").write_text("00" * 32)
    (bench.board.flash / "client.key").write_text("x")
    for name in ("command.key.new", "config.json.new"):  # as a provision leaves that was cut off
        (bench.board.flash / name).write_text("x")
    bench.first(
        'meter.sign_in("A")', "meter.set(5)", 'meter.set_code("4711")', "wait 60", "meter.report()"
    )
    shown = bench.then(
        'meter.sign_in("B", "4711")', "meter.erase()", "> 0002", "meter.read()",
        "meter.erase()", "> 0001", "meter", "meter.set(6)", "meter.events()", "meter.export()",
    )  # fmt: skip
    assert "nothing has changed" in shown and "Erased." in shown
    before = float(re.search(r"The odometer stays at ([\d.]+) m3", shown)[1])
    after = float(re.search(r"The odometer is ([\d.]+) m3", shown)[1])
    assert 0 < before <= after < before + 0.01, shown
    assert {p.name for p in bench.board.flash.iterdir() if p.is_file()} == {
        "boot.py", "main.py", "board.py", "firmware.bundle",
    }  # fmt: skip
    assert "No installer code is set" not in shown.split("Erased")[0]
    assert "m-0001" not in shown.split("Erased")[1]
    assert ": B, erased" in shown and "was set by B" in shown  # who, and not a file's name
    assert "last good one" not in shown and shown.count("the defaults are in force") == 2
    assert len(bench.board.nvs()["installer1"]) == 1
    bench.board.lose_power(3)
    again = bench.first("meter.read()", "meter.events()")
    assert float(re.search(r"odometer +([\d.]+) m3", again)[1]) >= after
    assert re.search(r"meter body +6\.\d\d\d m3", again)


@pytest.mark.prove
def test_power_cut_while_it_is_erased_leaves_the_odometer(tmp_path):
    bench = Bench(tmp_path, {"device": "m-0001"}, heap_bytes=None)
    bench.first('meter.sign_in("A")', "meter.set(5)", "wait 60")
    began_ml = _odometer_and_body(bench.then("meter.read()"))
    cut, cuts = 40, 0
    while True:
        twin = bench.board.copied(tmp_path / "twin", bench.world.copied())
        technician = Technician(twin, tmp_path / "twin")
        ending, _ = technician.does(
            BEGUN, 'meter.sign_in("B")', "meter.erase()", "> 0001", fuse=cut
        )
        twin.lose_power(cut)
        _, shown = technician.does("Ctrl-C at once", "main.py", "meter.read()", cause="power_on")
        odometer_ml, body_ml = _odometer_and_body(shown)
        assert odometer_ml >= began_ml[0] and body_ml - odometer_ml == began_ml[1] - began_ml[0]
        if ending.kind != "reset":
            break
        cut, cuts = cut + 41, cuts + 1
    assert cuts > 15


def _odometer_and_body(shown):
    return tuple(map(int, re.findall(r"^(?:odometer|meter body) .*\((\d+) mL\)", shown, re.M)))
