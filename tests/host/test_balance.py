"""Promise: a loss that was put into a district is found within the uncertainty that is stated."""

import csv
import gzip
import json
from itertools import accumulate
from random import Random

import pytest

from districts import (
    ASSUMED,
    HOUR_S,
    joined,
    made_district,
    shares_found,
    within,
    write_files,
)
from rill.balance.account import balance
from rill.balance.registers import instant_variance
from rill.balance.timing import steps_of, timings
from rill.image import ROOT


@pytest.mark.parametrize("has_burst", [True, False])
def test_losses_of_made_districts_are_found_within_their_uncertainty(has_burst):
    # Of ten, one may be outside: the uncertainty is one of 95 %.
    assert min(shares_found(range(10), homes=20, days=14, has_burst=has_burst)) >= 0.9


def test_a_burst_that_still_runs_has_no_end_and_one_that_ran_before_has_no_begin():
    made = made_district(3, homes=20, days=14)
    begin, end = (at_s // HOUR_S for at_s in made.burst[:2])
    middle = (begin + end) // 2
    first = steps_of(joined(made._replace(inflow=made.inflow[:middle])), ASSUMED)
    assert [step.end for step in first] == [None] and abs(first[0].begin - begin) <= 2
    then = steps_of(joined(made._replace(inflow=made.inflow[middle:])), ASSUMED)
    assert [step.begin for step in then] == [None] and abs(then[0].end - (end - middle - 1)) <= 2


def test_the_example_of_the_document_is_what_is_printed(rill, tmp_path):
    inflow, homes = write_files(made_district(2), tmp_path)
    _, out, _ = rill("balance", "--inflow", inflow, "--homes", homes)
    assert f"```\n{out}```\n" in (ROOT / "docs" / "balance.md").read_text()


def test_the_error_between_two_readings_is_as_large_as_is_said():
    random = Random(11)
    shown = list(accumulate(random.choice((0, 0, 0, 8000)) for _ in range(60 * 24 * 30)))
    run = [(60 * minute, shown[minute]) for minute in range(0, len(shown), 60)]
    squares = [
        (shown[minute] - line_ml(shown, minute // 60 * 60, minute)) ** 2
        for minute in range(len(shown) - 60)
    ]
    assert instant_variance([run], 3600) == pytest.approx(sum(squares) / len(squares), rel=0.15)


def line_ml(shown, before, minute):
    return shown[before] + (shown[before + 60] - shown[before]) * (minute - before) / 60


def test_homes_read_at_other_instants_spoil_hours_but_hardly_the_total():
    as_read, near, far, held, daily = timings(joined(made_district(5)), ASSUMED)
    assert as_read.hour_error == 0
    assert 0 < near.hour_error < far.hour_error < held.hour_error < daily.hour_error
    for row in (near, far, held, daily):
        assert row.day_error < row.hour_error / 2
        assert abs(row.share - as_read.share) < 0.01
    assert daily.night_ml_h is None and daily.steps is None


def agrees(number, truth):
    return abs(number["value"] - truth) <= number["uncertainty"]


def test_the_district_of_real_homes_agrees_with_its_truth(rill, recordings):
    truth = json.loads((recordings / "expected.json").read_text())["dma"]["dma_hourly"]
    inflow, homes = recordings / "dma_hourly.csv.gz", recordings / "homes_hourly.csv.gz"
    status, out, err = rill("balance", "--inflow", inflow, "--homes", homes, "--json")
    assert (status, err) == (0, "")
    said = json.loads(out)
    assert said["input_m3"]["value"] == truth["inflow_m3"]
    assert abs(said["billed_m3"]["value"] - truth["homes_m3"]) < 0.1
    for name, stated in (
        ("input", "inflow_m3"), ("billed", "homes_m3"), ("apparent", "apparent_loss_m3"),
        ("unbilled", "unbilled_m3"), ("real", "real_loss_m3"),
    ):  # fmt: skip
        assert agrees(said[f"{name}_m3"], truth[stated]), name
    assert agrees(said["night"]["real_m3"], truth["real_loss_m3"])
    events = [*truth["leaks"]["unbilled"], *truth["leaks"]["bursts"]]
    assert len(said["steps"]) == len(events) == 2
    for step, event in zip(said["steps"], events, strict=True):
        assert step["begin_s"] == event["from_h"] * HOUR_S
        assert step["end_s"] == event["to_h"] * HOUR_S
        assert agrees(step["rate_l_h"], event["lph"])
    errors = {row["name"]: row["hour_error_percent"] for row in said["timing"]}
    for name, measured in (
        ("stamps off by up to 5 min", "pm5min"),
        ("stamps off by up to 30 min", "pm30min"),
        ("last reading, held", "own clock offsets, last reading held"),
    ):
        expected = truth["measured"][measured]["hour_mean_abs_err_pct"]
        assert errors[name] == pytest.approx(expected, rel=0.3)


@pytest.mark.parametrize("column", range(1, 11))
def test_gaps_of_real_district_meters_leave_the_truth_in_the_uncertainty(column, recordings):
    made = made_district(column, homes=20, days=14)
    with gzip.open(recordings / "dma_real_hourly.csv.gz", "rt") as file:
        is_read = [row[column] != "" for row in list(csv.reader(file))[1:]]
    hours = len(made.inflow)
    start = max(range(0, len(is_read) - hours, 24), key=lambda at: fewest(is_read[at:][:hours]))
    rows = [
        (t_s, hour if there else None, None)
        for (t_s, hour, _), there in zip(made.inflow, is_read[start:], strict=False)
    ]
    one = joined(made._replace(inflow=rows))
    known = [n for n, row in enumerate(rows) if row[1] is not None]
    assert [hour + one.window.first for hour in one.used] == known
    account = balance(one, ASSUMED)
    assert within(account.input, sum(made.flows_ml[n] for n in known))
    assert within(account.real, sum(made.losses_ml[n] for n in known))
    missing = one.window.count - len(known)
    assert not missing or f"{missing} of {one.window.count}" in one.notes[0]


def fewest(is_read):
    """Many gaps are better, but something must be left to balance."""
    gaps = is_read.count(False)
    return gaps if gaps < len(is_read) // 2 else -1


def test_a_real_loss_below_zero_is_told(rill, tmp_path):
    inflow, homes = write_files(made_district(2, homes=8, days=6, has_burst=False), tmp_path)
    command = ["balance", "--inflow", inflow, "--homes", homes, "--unbilled-m3"]
    _, out, _ = rill(*command, "100")
    assert "the real loss is below zero: --unbilled-m3" in out
    _, out, _ = rill(*command, "0")
    assert "below zero" not in out
