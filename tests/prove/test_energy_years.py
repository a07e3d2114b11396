"""Promise P5: an hourly record over MQTT at coverage level 0 leaves a D cell for the years that
docs/energy.md says, what a change would buy is what a run with it finds, and days that are told
from fifteen are, field by field, those that are simulated in full.
"""

import json

import pytest

from rill.energy.arithmetic import life
from rill.energy.running import DAY_S, Counted, as_on_a_chip, forward
from rill.energy.table import currents
from rill.household import household
from rill.settings import Settings
from rill.trace import Trace

pytestmark = pytest.mark.prove

_FORTNIGHT = 14
_LONG_DAYS = 22
_REPEATED_DAYS = 1 + 2 * _FORTNIGHT
# A wake for each 100 pulses, where no other comes before: days differ as their water does.
_OF_WATER = "wakes_ulp"
_HUNDRED_PULSES_ML = 100_000
_ONCE = "report once a day"


def _energy(rill, *options):
    status, out, _ = rill("energy", *options, "--json")
    assert status == 0
    n = json.loads(out)
    return n, {change["what"]: change["years"] for change in n["changes"]}


@pytest.mark.parametrize(("reports_per_day", "years"), [(1, 22), (4, 14), (24, 4.5)])
def test_a_cell_lasts_so_long(rill, reports_per_day, years):
    n, bought = _energy(rill, "--reports-per-day", reports_per_day)
    assert n["years"] >= years
    assert n["years_quoted"] == min(n["years"], 12)
    # All came through, and one more: the first of all, behind power-on.
    assert 0 <= n["reports_delivered"] - n["reports_asked"] <= 1
    assert 22 <= n["years"] + bought.get(_ONCE, 0) < 24


def test_what_the_budget_keeps_back_is_told_and_no_change_brings_it_back(rill):
    """At the edge of the cell 40 J are a report or two a day, whatever is asked for."""
    options = "--days", 3, "--ecl", 2, "--reports-per-day"
    n, bought = _energy(rill, *options, 24)
    assert n["reports_asked"] == 72 and 3 <= n["reports_delivered"] <= 9
    once, _ = _energy(rill, *options, 1)
    # Reports of two runs that do not fail at the same places: some J apart.
    assert n["years"] + bought.get(_ONCE, 0) == pytest.approx(once["years"], rel=0.15)
    assert not [what for what in bought if "antenna" in what and bought[what] > 1]


class Repeated(Counted):
    """Chance repeats as the water does: that of the modem begins anew with each day."""

    _begun = 0

    def before_wake(self, wake):
        super().before_wake(wake)
        if len(self.days) > self._begun:
            self._begun = len(self.days)
            self.modem.random.seed((self._begun - 1) % _FORTNIGHT)


def _fortnights(days):
    """A household that does the same in each, of pulses that end with a whole hundred."""
    each_s = _FORTNIGHT * DAY_S
    last_s = each_s - 7200
    rows = [row for row in household(1, _FORTNIGHT).rows if row[0] <= last_s]
    missing_ml = -sum(ml for _, ml in rows) % _HUNDRED_PULSES_ML
    rows += [(last_s + n, 100) for n in range(1, missing_ml // 100 + 1)]
    rows.append((each_s - 3600, missing_ml % 100))
    again = [(t_s + n * each_s, ml) for n in range(-(-days // _FORTNIGHT)) for t_s, ml in rows]
    return Trace(again, step_s=1).first_days(days)


def _tolerance(name):
    """(relative, absolute)"""
    if name in ("wakes_ulp", "wakes_timer"):
        return 0, 2  # a hundredth pulse in the second of a slot wakes, or the slot's wake sees it
    if name.endswith("_cs") or "_ms" in name:
        return 1e-3, 0  # some ms a day: the phase in which the coprocessor is read
    return (0.01, 0) if name.startswith("up_bytes") else (0, 0)  # the digits of sums in a status


def test_a_fortnight_told_from_the_one_before_is_the_simulated_one_field_by_field():
    settings = Settings(trace=_fortnights(_REPEATED_DAYS), days=_REPEATED_DAYS, link="bc66")
    run = Repeated(settings)
    run.result()
    full, told = run.days[-1], forward(run.days, _REPEATED_DAYS)
    assert told.covered_s == full.covered_s
    assert told.polls == pytest.approx(full.polls, rel=1e-3)
    for name, value in full.of.items():
        part, least = _tolerance(name)
        assert told.of[name] == pytest.approx(value, rel=part, abs=least), name


@pytest.mark.parametrize(("seed", "ecl"), [(1, 0), (3, 1)])
def test_days_told_from_fifteen_are_those_that_were_simulated(seed, ecl):
    trace = household(seed, _LONG_DAYS)
    run = Counted(Settings(trace=trace, days=_LONG_DAYS, link="bc66", seed=seed, ecl=ecl))
    run.result()
    full, told = run.days[-1], forward(run.days, _LONG_DAYS)
    table = currents("ER34615", "generic_esp32", "bc66")
    full_ua, told_ua = (
        life(as_on_a_chip(one, table.board), table).average_ua for one in (full, told)
    )
    assert told_ua == pytest.approx(full_ua, rel=0.003)
    assert told.polls == pytest.approx(full.polls, rel=0.002)
    for name, value in full.of.items():
        part = 0.25 if name == _OF_WATER else 0.015
        assert told.of[name] == pytest.approx(value, rel=part, abs=0.1), name
