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
    assert _names(bench.board) == {"boot.py", "main.py", "board.py", "firmware.bundle"}
    assert "No installer code is set" not in shown.split("Erased")[0]
    assert "m-0001" not in shown.split("Erased")[1]
    assert ": B, erased" in shown and "was set by B" in shown  # who, and not a file's name
    assert "last good one" not in shown and shown.count("the defaults are in force") == 2
    assert len(bench.board.nvs()["installer1"]) == 1
    bench.board.lose_power(3)
    again = bench.first("meter.read()", "meter.events()")
    assert float(re.search(r"odometer +([\d.]+) m3", again)[1]) >= after
    assert re.search(r"meter body +6\.\d\d\d m3", again)


@pytest.mark.parametrize("step, least", [(170, 4), pytest.param(41, 15, marks=pytest.mark.prove)])
def test_a_cut_leaves_the_odometer_no_half_that_reports_and_a_way_on(tmp_path, step, least):
    config = {"device": "m-0001", "broker_host": "127.0.0.1", "broker_port": 1, "wifi_ssid": "b"}
    bench = Bench(tmp_path, config, heap_bytes=None)
    (bench.board.flash / "command.key").write_text("00" * 32)
    bench.first('meter.sign_in("A")', "meter.set(5)", "wait 60")
    whole, began_ml = _names(bench.board), _odometer_and_body(bench.then("meter.read()"))
    cut, cuts = 40, 0
    while True:
        twin = bench.board.copied(tmp_path / "twin", bench.world.copied())
        technician = Technician(twin, tmp_path / "twin")
        ending, _ = technician.does(
            BEGUN, 'meter.sign_in("B")', "meter.erase()", "> 0001", fuse=cut
        )
        twin.lose_power(cut)
        left, before = _names(twin), len(twin.console())
        twin.wake("power_on")
        assert ("report failed" in twin.console()[before:]) == (left == whole)
        _, shown = technician.does(
            BEGUN, "meter.read()", "meter.status()", 'meter.sign_in("C")',
            'meter.configure(broker_host="other")',
        )  # fmt: skip
        odometer_ml, body_ml = _odometer_and_body(shown)
        assert odometer_ml >= began_ml[0] and body_ml - odometer_ml == began_ml[1] - began_ml[0]
        if ending.kind != "reset":
            break
        assert ("A meter.erase() has begun and not ended" in shown) == (left != whole)
        assert ("not ended: once more" in shown.split("C")[-1]) == (left != whole)
        cut, cuts = cut + step, cuts + 1
        _, shown = technician.does(BEGUN, 'meter.sign_in("C")', "meter.erase()", "> 0001")
        assert "Erased." in shown and _names(twin) == whole - {"config.json", "command.key"}
    assert cuts >= least


def _names(board):
    return {path.name for path in board.flash.iterdir() if path.is_file()}


def _odometer_and_body(shown):
    return tuple(map(int, re.findall(r"^(?:odometer|meter body) .*\((\d+) mL\)", shown, re.M)))
