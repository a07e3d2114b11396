"""Promise P5: an hourly record over MQTT at coverage level 0 leaves a D cell for the years that
docs/energy.md says, and a year told from eight days is that of a longer run.
"""

import json

import pytest

from rill.energy.running import Counted, forward
from rill.household import household
from rill.settings import Settings

pytestmark = pytest.mark.prove

_FULL_DAYS = 14
# What follows the water, not the clock: a wake for each 100 pulses, a look for a leak again.
_OF_WATER = {"wakes_ulp", "wakes_timer", "checkpoints"}


@pytest.mark.parametrize(("reports_per_day", "years"), [(1, 21.5), (4, 14), (24, 4.5)])
def test_a_cell_lasts_so_long(rill, reports_per_day, years):
    status, out, _ = rill("energy", "--reports-per-day", reports_per_day, "--json")
    n = json.loads(out)
    assert status == 0 and n["years"] >= years
    assert n["years_quoted"] == min(n["years"], 12)


def test_days_told_from_eight_are_those_that_were_simulated():
    trace = household(1, _FULL_DAYS)
    run = Counted(Settings(trace=trace, days=_FULL_DAYS, link="bc66"))
    run.result()
    full, told = run.days[-1], forward(run.days, _FULL_DAYS)
    assert told.polls == pytest.approx(full.polls, rel=0.02)
    for name, value in full.of.items():
        if name in _OF_WATER:
            assert told.of[name] == pytest.approx(value, rel=0.2, abs=10), name
        else:
            assert told.of[name] == pytest.approx(value, rel=0.01, abs=0.1), name
