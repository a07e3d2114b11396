"""Promise: `rill leaks` says what the meter would say to a recording, or what is wrong with it."""

import json
import subprocess
import sys

import pytest

from rill.cli import main
from rill.leaks.inject import Leak, injected
from rill.leaks.running import KINDS, LEVELS, alarms, job
from rill.leaks.sentences import sentence
from rill.leaks.table import WEIGHTS_ML, phases
from rill.trace import DAY_S, Trace, read_trace

_HOUR_S = 3600
_KEYS = {"kind", "level", "since_s", "begin_s", "end_s", "rate_ml_h"}


def said(found, kind="continuous"):
    return [(alarm.level, alarm.begin_s) for alarm in found if alarm.kind == kind]


@pytest.fixture
def leaking(tmp_path):
    """Two dry hours, then 6 L/h for four days, then nothing for one."""
    rows = [(t_s, 100) for t_s in range(2 * _HOUR_S + 60, 4 * DAY_S, 60)] + [(5 * DAY_S, 0)]
    path = tmp_path / "leak.csv"
    path.write_text("t_s,ml\n" + "".join(f"{t_s},{ml}\n" for t_s, ml in rows))
    return path


def test_json_has_an_entry_for_each_level_in_the_time_of_the_trace(leaking, capsys):
    assert main(["leaks", "--trace", str(leaking), "--json"]) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert numbers["meter_days"] == 5
    notice, alarm = [a for a in numbers["alarms"] if a["kind"] == "continuous"]
    first_s = 2 * _HOUR_S + 600 - 60  # the tenth step fills the first litre, at its end
    for entry, level, hours in ((notice, "notice", 24), (alarm, "alarm", 72)):
        assert entry.keys() >= _KEYS and entry["level"] == level
        assert abs(entry["since_s"] - first_s) <= 60
        assert entry["begin_s"] == entry["since_s"] + hours * _HOUR_S
        assert 4 * DAY_S < entry["end_s"] < 4 * DAY_S + 4 * _HOUR_S
        assert abs(entry["rate_ml_h"] - 6000) <= entry["rate_error_ml_h"]


def test_people_get_the_marks_on_the_consumption_and_sentences(leaking, capsys):
    assert main(["leaks", "--trace", str(leaking), "--pulse-ml", "500"]) == 0
    lines = capsys.readouterr().out.splitlines()
    days = [line.split() for line in lines if line.startswith("day ")]
    assert [marks[4][0] for marks in days if len(marks) > 4 and marks[1] == "2"][-1] == "c"
    assert [marks[4][0] for marks in days if len(marks) > 4 and marks[1] == "4"][-1] == "C"
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "expected a readable file"),
        ("t_us,level\n1,0\n", "expected the header t_s,ml"),
        ("t_s,ml\n5,1\n5,1\n", "expected ascending t_s"),
        (f"t_s,ml\n1,1\n{2**32},1\n", "at most 4294967295"),
        (f"t_s,ml\n1,{10**11}\n", "at most 20000000"),
        ("t_s,ml\n1767225600,1\n1767225601,1\n", "the first row is 20454 days in"),
    ],
)
def test_a_bad_file_gets_one_sentence_and_exit_2(tmp_path, text, complaint, capsys):
    path = tmp_path / "trace.csv"
    if text is not None:
        path.write_text(text)
    assert main(["leaks", "--trace", str(path), "--json"]) == 2
    done = capsys.readouterr()
    assert done.out == "" and complaint in done.err and len(done.err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["--trace", "x", "--pulse-ml", "0"]])
def test_wrong_options_are_exit_2(arguments):
    command = [sys.executable, "-m", "rill", "leaks", *arguments]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 2


def test_a_folder_without_recordings_is_said(tmp_path, capsys):
    assert main(["leaks", "--table", str(tmp_path)]) == 2
    assert "house_" in capsys.readouterr().err


def test_each_kind_and_level_that_the_meter_can_say_has_a_sentence():
    never = {("small_leak", "alarm"), ("battery", "alarm"), ("tamper", "notice")}
    alarm = alarms([job(Trace([(60 * n, 100) for n in range(1, 6000)], 60), 1000)])[0][0]
    for kind in KINDS:
        for level in LEVELS:
            if (kind, level) not in never:
                assert sentence(alarm._replace(kind=kind, level=level))[-1] in ".?"


# The recordings.


@pytest.mark.parametrize(
    ("pulse_ml", "part"),
    [
        (1000, "2lph_a_14d"),
        (1000, "burst_600lph_a_14d"),
        pytest.param(1000, "a_14d", marks=pytest.mark.prove),
        pytest.param(10_000, "a_14d", marks=pytest.mark.prove),
    ],
)
def test_the_recorded_leaks_are_raised_when_the_reference_rules_fire(recordings, pulse_ml, part):
    expected = json.loads((recordings / "expected.json").read_text())["traces"]
    names = [name for name in expected if part in name]
    found = alarms([job(read_trace(recordings / name), pulse_ml) for name in names])
    for name, one in zip(names, found, strict=True):
        onsets = expected[name]["rule_onsets_s"][f"{pulse_ml // 1000} L/pulse"]
        hours = (24, 72) if pulse_ml == 1000 else ()
        for hour, level in zip(hours, LEVELS, strict=False):
            wanted = {*onsets[f"gap 60 min, {hour} h"], *onsets[f"gap 120 min, {hour} h"]}
            begins = {begin_s for raised, begin_s in said(one) if raised == level}
            assert begins == wanted, name
        for minutes, level in ((30, "notice"), (60, "alarm")):
            wanted = onsets[f"burst 500 L/h {minutes} min"]
            begins = [begin_s for raised, begin_s in said(one, "burst") if raised == level]
            assert len(begins) == len(wanted), name
            # An early bin's edge against the first pulse that the ring still holds.
            pairs = zip(begins, wanted, strict=True)
            assert all(-300 <= begin_s - onset_s <= 120 for begin_s, onset_s in pairs), name


def test_nothing_is_said_of_the_clean_homes_nor_of_six_days_without_water(recordings):
    names = ("house_a_14d.csv", "house_b_90d.csv.gz", "house_sim_14d_1s.csv.gz")
    traces = [read_trace(recordings / name) for name in (*names, "stopped_meter_a_14d.csv")]
    jobs = [job(trace, weight_ml) for trace in traces for weight_ml in WEIGHTS_ML]
    assert alarms(jobs) == [[]] * len(jobs)


@pytest.mark.parametrize("count", [2, pytest.param(10, marks=pytest.mark.prove)])
@pytest.mark.parametrize("litres", [10, 12, 20, 21, 25, 30, 40, 50, 60, 80, 99, 200, 1000])
def test_nothing_is_said_of_clean_homes_at_any_pulse_weight_and_phase(recordings, litres, count):
    traces = [read_trace(path) for path in sorted(recordings.glob("house_*.csv*"))]
    jobs = [
        job(one, litres * 1000) for trace in traces for one in phases(trace, litres * 1000, count)
    ]
    assert alarms(jobs) == [[]] * len(jobs)


def test_a_leak_of_two_litres_an_hour_is_noticed_in_26_hours_and_in_alarm_in_74(recordings):
    home, begin_s = read_trace(recordings / "house_sim_14d_1s.csv.gz"), 5 * DAY_S + 12_345
    leak = Leak("2 L/h", 2000, 7 * DAY_S)
    water = injected(home, leak, begin_s, 0, begin_s + 7 * DAY_S)
    levels = dict(reversed(said(alarms([job(water, 1000)])[0])))
    assert levels["notice"] <= begin_s + 26 * _HOUR_S
    assert levels["alarm"] <= begin_s + 74 * _HOUR_S
