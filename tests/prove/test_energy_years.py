"""Promise P5: an hourly record over MQTT at coverage level 0 leaves a D cell for the years that
docs/energy.md says. What is counted of fifteen days or fewer is what happened in them, to the last
act, and a year told from fifteen days is that of a longer run.
"""

import json

import pytest

from rill.energy.counts import NAMES
from rill.energy.running import DAY_S, Counted, count, forward
from rill.household import household
from rill.settings import Settings

pytestmark = pytest.mark.prove

_FULL_DAYS = 14
_LONG_DAYS = 22
# What follows the water, not the clock: a wake for each 100 pulses, a look for a leak again.
_OF_WATER = {"wakes_ulp", "wakes_timer", "checkpoints"}


@pytest.mark.parametrize(("reports_per_day", "years"), [(1, 22), (4, 14), (24, 4.5)])
def test_a_cell_lasts_so_long(rill, reports_per_day, years):
    status, out, _ = rill("energy", "--reports-per-day", reports_per_day, "--json")
    n = json.loads(out)
    assert status == 0 and n["years"] >= years
    assert n["years_quoted"] == min(n["years"], 12)


@pytest.fixture(scope="module")
def long_run():
    run = Counted(Settings(trace=household(1, _LONG_DAYS), days=_LONG_DAYS, link="bc66"))
    run.result()
    return run.days


def test_fourteen_days_are_counted_field_by_field_as_in_a_longer_run(long_run):
    """Each wake of both is simulated; they share nothing but the water of the days."""
    counted, full = count(_FULL_DAYS, link="bc66"), long_run[_FULL_DAYS - 1]
    assert counted.covered_s == full.covered_s == _FULL_DAYS * DAY_S
    assert counted.polls == full.polls
    assert {
        name: (counted.of[name], full.of[name])
        for name in NAMES
        if counted.of[name] != full.of[name]
    } == {}


def test_days_told_from_fifteen_are_those_that_were_simulated(long_run):
    full, told = long_run[-1], forward(long_run, _LONG_DAYS)
    assert told.polls == pytest.approx(full.polls, rel=0.02)
    for name, value in full.of.items():
        if name in _OF_WATER:
            assert told.of[name] == pytest.approx(value, rel=0.1, abs=10), name
        else:
            assert told.of[name] == pytest.approx(value, rel=0.01, abs=0.1), name
