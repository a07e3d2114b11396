"""Promise: by the plan of their own firmware meters never come to a broker all at once, not even
after an outage, and `rill fleet` says how many come and how old their data is.
"""

import json

import pytest

from rill.broker import find_mosquitto
from rill.fleet.figures import figures
from rill.fleet.shown import begin_of

# As many in a second as of 130,000 in an hour, so that chance weighs as much as there.
_METERS, _WINDOW_S = 2167, 60
_DAY_S = 86_400


def test_consecutive_numbers_are_as_even_as_can_be():
    found = figures(_METERS, _WINDOW_S, "consecutive", 0)
    assert found["peak_over_mean"] <= 1.1
    assert found["peak_over_mean"] < found["peak_attached_per_s"] / found["mean_connects_per_s"]
    assert found["age_of_data_median_s"] <= found["age_of_data_s"] <= found["age_of_data_stated_s"]


@pytest.mark.parametrize("serials", ["consecutive", "arbitrary"])
def test_the_return_from_an_outage_is_no_stampede(serials):
    found = figures(_METERS, _WINDOW_S, serials, 6)
    assert {one["lost"] for one in found["outages"]} == {"broker", "answers", "cells"}
    for one in found["outages"]:
        assert one["peak_over_mean"] <= 3, one
        assert one["peak_tries_per_s"] <= 3 * found["mean_connects_per_s"]
        assert one["age_of_data_s"] <= one["age_of_data_stated_s"]
        assert 0 < one["time_to_recover_s"] < _DAY_S
    assert found["time_to_recover_s"] == max(o["time_to_recover_s"] for o in found["outages"])


# With reports each nine hours as well, a slot of which begins at each third midnight.
@pytest.mark.parametrize(("window_s", "hours"), [(60, 4), (3600, 1), (3600, 6), (30_000, 6)])
def test_who_waits_in_vain_from_midnight_on_is_heard_a_day_later(window_s, hours):
    found = figures(300, window_s, "consecutive", hours)
    assert all(one["age_of_data_s"] <= one["age_of_data_stated_s"] for one in found["outages"])
    for one in found["outages"][-2:]:
        assert one["lost"] in ("answers", "cells")
        assert one["age_of_data_s"] > _DAY_S + found["report_s"] - window_s


@pytest.mark.parametrize(
    ("window_s", "hours", "is_spent"),
    [(3600, 1, False), (3600, 6, False), (3600, 20, True), (60, 1, False), (60, 4, True)],
)
def test_a_broker_that_refuses_costs_a_day_only_when_it_has_done_so_again_and_again(
    window_s, hours, is_spent
):
    refused = figures(300, window_s, "consecutive", hours)["outages"][:3]
    assert max(one["age_of_data_s"] > _DAY_S for one in refused) == is_spent
    for one in refused:
        assert one["age_of_data_s"] <= one["age_of_data_stated_s"]
        assert (one["age_of_data_stated_s"] > _DAY_S) == is_spent


def test_the_command_prints_one_object_or_a_table(rill):
    arguments = "fleet", "--meters", 600, "--window-s", 120, "--serials", "arbitrary"
    status, out, _ = rill(*arguments, "--json")
    found = json.loads(out)
    assert (status, found["mean_connects_per_s"], found["time_to_recover_s"]) == (0, 5, 0)
    status, out, _ = rill(*arguments)
    assert (status, out.count("\n| ")) == (0, 2)
    assert str(found["peak_connects_per_s"]) in out


def test_a_fleet_of_few_is_shown_and_what_comes_at_once_is_of_the_exact_mean(rill):
    arguments = "fleet", "--meters", 2, "--window-s", 86_400
    status, out, _ = rill(*arguments)
    assert status == 0 and "a connect in 43,200 s" in out
    assert "| as planned | 1 | 43200.00 |" in out
    assert json.loads(rill(*arguments, "--json")[1])["mean_connects_per_s"] == 2.315e-05


def test_outages_of_an_odd_window_are_called_by_their_begin():
    begins = [begin_of({"lost": "broker", "begin_s": begin_s}, 61) for begin_s in (0, 30, 61)]
    assert begins == ["when slots begin", "in the midst of them", "when they have passed"]


@pytest.mark.parametrize(
    ("wrong", "about"),
    [
        (("--load", 10, "--outage", 6), "outage"),
        (("--load", 10, "--meters", 9), "--meters"),
        (("--load", 10, "--meters", 10, "--window-s", 86_400), "144 minutes"),
    ],
)
def test_a_load_that_does_not_go_together_or_takes_hours_is_refused(rill, wrong, about):
    status, out, said = rill("fleet", *wrong)
    assert (status, out) == (2, "") and about in said


@pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not installed")
def test_a_broker_serves_all_sessions(rill):
    status, out, _ = rill("fleet", "--load", 300, "--json")
    found = json.loads(out)
    assert (status, found["served"], found["at_once"]["served"]) == (0, 300, 300)
    assert found["most_at_once"] < found["at_once"]["most_at_once"]
