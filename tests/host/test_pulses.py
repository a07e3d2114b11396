"""Promise: `rill pulses` counts recorded edges with the flashed program, or says what is wrong."""

import gzip
import json

import pytest

from reeds import closings, steady
from rill.fields import pulse_fields

KEYS = (
    "forward reverse bounces_rejected illegal_transitions suspect wakes polls "
    "cycles_per_poll_idle cycles_per_poll_max duty_percent ulp_ua_estimate program_bytes"
)


@pytest.fixture
def numbers(rill):
    """What `rill pulses --json` prints."""

    def run(*arguments):
        status, out, err = rill("pulses", *arguments, "--json")
        assert (status, err) == (0, ""), err
        return json.loads(out)

    return run


def written(path, edges):
    text = "t_us,level\n" + "".join(f"{t_us},{level}\n" for t_us, level in edges)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["reed.csv", "reed.csv.gz"])
def test_json_is_one_object_with_every_number(tmp_path, numbers, name):
    n = numbers("--edges", written(tmp_path / name, steady(150, 1)))
    assert set(KEYS.split()) <= n.keys()
    assert (n["forward"], n["reverse"], n["suspect"], n["wakes"]) == (150, 0, 0, 2)
    seconds, polls_per_s = n["seconds"], n["polls"] / n["seconds"]
    assert n["ulp_ua_estimate"] == pytest.approx(10 + 0.085 * polls_per_s, abs=0.02)
    assert 0 < n["cycles_per_poll_idle"] < n["cycles_per_poll_max"] < 1400
    # what the runs take together, between those of idle and of longest polls
    busiest = n["polls"] * n["cycles_per_poll_max"] / 8_500_000 / seconds * 100
    assert busiest > n["duty_percent"] >= busiest * n["cycles_per_poll_idle"] / 1400
    assert 1000 < n["program_bytes"] <= 2040


@pytest.mark.prove
def test_settings_are_those_of_the_configuration(tmp_path, numbers, rill):
    edges = written(tmp_path / "reed.csv", closings((500, 560), (1000, 1060)))
    assert numbers("--edges", edges)["forward"] in (0, 1, 2)  # too short to be promised
    quick = ["--pulse-shortest-ms", 45, "--pulse-stable-us", 23_000]
    assert numbers("--edges", edges, *quick)["forward"] == 2
    wakeful = numbers(
        "--edges", written(tmp_path / "many.csv", steady(40, 1)), "--commit-pulses", 10
    )
    assert wakeful["wakes"] == 4
    text = rill("pulses", "--help")[1]
    assert all(f"--{field.key.replace('_', '-')}" in text for field in pulse_fields())


def test_phase_and_clock_change_the_polls_and_not_the_count(tmp_path, numbers):
    edges = written(tmp_path / "reed.csv", steady(30, 2))
    slow, fast = (
        numbers("--edges", edges, "--clock-factor", f, "--phase-us", 7000) for f in (0.87, 1.13)
    )
    assert slow["forward"] == fast["forward"] == 30
    assert slow["polls"] < fast["polls"]


def test_the_summary_has_a_line_for_each_number(tmp_path, rill):
    status, out, _ = rill("pulses", "--edges", written(tmp_path / "reed.csv", steady(3, 1)))
    lines = out.splitlines()
    assert status == 0 and lines[0].split()[:2] == ["forward", "3"]
    assert max(map(len, lines)) <= 100 and len(lines) >= len(KEYS.split())


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--edges", "nowhere.csv"], "nowhere.csv: No such file"),
        (["--edges", "{bad}"], "line 2: 'x,0' is no row"),
        (["--edges", "{two}"], "--pulse-pin-b"),
        (["--edges", "{good}", "--pulse-pin-b", 33], "for two reeds"),
        (["--edges", "{cut}"], "not sound gzip data"),
        (["--edges", "{bytes}"], "not a text"),
        (["--edges", "{late}"], "line 2: times must ascend to three years"),
        (["--edges", "{good}", "--pulse-pin", 5], "it reads 0, 2, 4"),
        (["--edges", "{good}", "--pulse-pin-b", 32], "two reeds need two"),
        (["--edges", "{good}", "--pulse-stable-us", 900], "must be at least 23000"),
        (["--edges", "{good}", "--pulse-shortest-ms", 50], "too short"),
        (["--edges", "{good}", "--pulse-shortest-ms", 1], "must be 4 to 2000"),
        (["--edges", "{good}", "--pulse-sensor", "radar"], "one of reed, electronic, hall"),
        (["--edges", "{good}", "--pulse-sensor", "hall"], "PCNT"),
    ],
)
def test_wrong_input_gets_one_sentence(tmp_path, rill, arguments, complaint):
    files = {
        "good": written(tmp_path / "good.csv", closings((500, 600))),
        "bad": tmp_path / "bad.csv",
        "two": tmp_path / "two.csv",
    }
    more = steady(200, 1)
    for name, content in (
        ("cut", written(tmp_path / "whole.csv.gz", more).read_bytes()[:-300]),
        ("bytes", b"t_us,level\n\xff\xfe,0\n"),
        ("late", b"t_us,level\n99999999999999999999999,0\n"),
    ):
        files[name] = tmp_path / name
        files[name].write_bytes(content)
    files["bad"].write_text("t_us,level\nx,0\n")
    files["two"].write_text("t_us,ch,level\n10,0,0\n20,1,0\n")
    status, out, err = rill("pulses", *(str(argument).format(**files) for argument in arguments))
    assert (status, out) == (2, "")
    assert complaint in err and len(err.splitlines()) == 1


@pytest.mark.parametrize("factor", ["0.4", "2.1", "nan", "x"])
def test_a_clock_that_no_chip_has_is_refused(tmp_path, rill, factor):
    edges = written(tmp_path / "good.csv", closings((500, 600)))
    status, _, err = rill("pulses", "--edges", edges, "--clock-factor", factor)
    assert status == 2 and "is not a number 0.5 to 2" in err


def test_an_empty_recording_counts_nothing(tmp_path, numbers):
    n = numbers("--edges", written(tmp_path / "none.csv", []))
    assert (n["forward"], n["polls"]) == (0, 0)
