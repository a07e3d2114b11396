"""Promise: Ctrl-C stops what a person has begun, changes nothing, and costs the meter nothing."""

import re

import pytest

from attended import Bench, S, reporting
from technician import Technician


def test_ctrl_c_anywhere_in_a_wake_opens_a_sound_prompt(tmp_path):
    for n in (40, 90, 130, 180):
        folder = tmp_path / str(n)
        folder.mkdir()
        bench = Bench(folder, {}, heap_bytes=None)
        ending, shown = bench.technician.does(
            f"Ctrl-C after {n}", "main.py", "meter", "meter.set(5)", "> A", cause="power_on"
        )
        assert ending.kind == "prompt", shown
        assert "all is well" in shown or "| 1 wrong" in shown, shown
        assert "it is 5.00" in shown and "Traceback" not in shown
        bench.world.now_us += S
        assert bench.board.wake("timer").kind == "sleep"
        assert not any("wakes in a row" in line for line in bench.events())


def test_ctrl_c_in_a_change_leaves_the_old_or_the_new(tmp_path):
    bench = Bench(tmp_path, {"device": "m"}, heap_bytes=None)
    bench.first('meter.sign_in("A")', "meter.set(1)")
    seen = set()
    for n in range(1, 80, 8):
        twin = bench.board.copied(tmp_path / "twin", bench.world.copied())
        technician = Technician(twin, tmp_path / "twin")
        shown = technician.types(
            'meter.sign_in("A")', f"Ctrl-C after {n}", "meter.set(7)", "meter.read()"
        )
        assert "Traceback" not in shown, shown
        body = re.search(r"meter body +(\d)\.\d\d\d m3", shown)[1]
        told = technician.types("meter.events()").count("body reading was set")
        assert (body, told) in (("1", 1), ("7", 2)), shown
        seen.add(body)
    assert "7" in seen


def test_ctrl_c_ends_what_waits_and_changes_nothing(tmp_path):
    bench = Bench(tmp_path, {"device": "m-1"})
    bench.first('meter.sign_in("A")')
    files, nvs = bench.kept()
    shown = bench.then(
        "Ctrl-C after 60", "meter.watch()", 'meter.sign_in("A")',
        "meter.erase()", "> ^C", "meter.install()", "> ^C",
        "meter.set_code('1234')", "meter.read()",
    )  # fmt: skip
    assert shown.count("\nstopped") == 3 and "Traceback" not in shown
    assert bench.kept()[0] == files and "installer1" in bench.kept()[1]
    assert "installer1" not in nvs


@pytest.mark.prove
def test_commissioning_that_is_stopped_sets_name_and_reading_or_neither(tmp_path, head_end):
    bench = Bench(tmp_path, reporting(head_end), heap_bytes=None)
    bench.first('meter.sign_in("A")')
    seen = set()
    for n in range(1, 160, 8):
        twin = bench.board.copied(tmp_path / "twin", bench.world.copied())
        technician = Technician(twin, tmp_path / "twin")
        shown = technician.types(
            'meter.sign_in("A")', "meter.install()", "> m-1", "> 12", f"Ctrl-C after {n}",
            "> 12.005", "meter",
        )  # fmt: skip
        assert "Traceback" not in shown, shown
        name = re.search(r"^meter +(\S+),", shown, re.M)[1]
        body = re.search(r"^meter body +(\d+)\.", shown, re.M)[1]
        assert (name == "m-1") == (body == "12"), shown
        says = "\nCOMMISSIONED" in shown or "reading stay as they are set" in shown
        assert (body == "12") == says, shown
        seen.add((body, "\nstopped" in shown))
    assert seen == {("0", True), ("12", True), ("12", False)}


def test_a_report_that_is_stopped_anywhere_loses_nothing(tmp_path, head_end):
    bench = Bench(tmp_path, reporting(head_end, device="m-1", slot_s=60), heap_bytes=None)
    stops = [
        step for n in range(20, 180, 20)
        for step in (f"Ctrl-C after {n}", "meter.report()", "wait 60")
    ]  # fmt: skip
    shown = bench.first("wait 20", *stops, "meter.report()", "meter")
    assert "Traceback" not in shown and shown.count("\nstopped") >= 3
    assert re.search(r"^waiting +0 readings", shown, re.M)
    for name in ("readings", "events"):
        seqs = sorted(seq for _, stream, seq in head_end.book.rows if stream == name)
        assert seqs == list(range(1, len(seqs) + 1)) and len(seqs) >= 6
