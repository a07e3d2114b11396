"""Promise: 130,000 meters over an hour, and the plans of each, at full numbers."""

import ast
from itertools import pairwise

import pytest

from rill.fleet.figures import figures
from rill.household import household
from rill.settings import Settings
from rill.simulate import Run
from unit_runs import UNIT, run

pytestmark = pytest.mark.prove
_PLANS = ("test_spreading.py", "test_thrift.py")
_METERS, _WINDOW_S = 130_000, 3600


def _tests():
    for file in _PLANS:
        for node in ast.parse((UNIT / file).read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield file, node.name


@pytest.mark.parametrize(("file", "name"), list(_tests()))
def test_a_hundred_thousand_plans(file, name):
    run(UNIT / file, name, "all", timeout_s=600)


@pytest.mark.parametrize(("serials", "most"), [("consecutive", 1.1), ("arbitrary", 2.0)])
def test_a_fleet_is_even(serials, most):
    assert figures(_METERS, _WINDOW_S, serials, 0)["peak_over_mean"] <= most


def test_the_largest_fleet_that_can_be_asked_for_has_room():
    found = figures(1_000_000, 3600, "arbitrary", 0)
    assert found["age_of_data_s"] <= found["age_of_data_stated_s"]


# The shorter window has as many in a second, and takes a sixth of the time.
@pytest.mark.parametrize("serials", ["consecutive", "arbitrary"])
@pytest.mark.parametrize(("hours", "part"), [(1, 6), (6, 1), (30, 6)])
def test_no_outage_ends_in_a_stampede(serials, hours, part):
    found = figures(_METERS // part, _WINDOW_S // part, serials, hours)
    assert found["peak_over_mean"] <= 3
    assert all(one["age_of_data_s"] <= one["age_of_data_stated_s"] for one in found["outages"])


class _Unanswered(Run):
    """From six to eight o'clock whatever is sent to the broker vanishes. heard_s: wakes behind
    those in which the meter got an answer.
    """

    def _wakes(self, board):
        self.heard_s: list[int] = []
        self._down = 0
        super()._wakes(board)

    def before_wake(self, wake):
        now_s = self._world.now_us // 1_000_000
        if self.network.bytes_down > self._down:
            self.heard_s.append(now_s)
            self._down = self.network.bytes_down
        self.network.blackhole = 6 <= now_s / 3600 < 8


def test_a_simulated_meter_without_an_answer_is_heard_within_what_is_stated():
    run = _Unanswered(Settings(trace=household(1, 2), days=2, seed=2, link="bc66"))
    n = run.result()
    assert n["records_unique"] == n["records_stored"]
    stated = {
        o["lost"]: o["age_of_data_stated_s"] for o in figures(1, 3600, "consecutive", 2)["outages"]
    }
    silent_s = max(b - a for a, b in pairwise(run.heard_s))
    # The energy of the day is spent: the next one has more.
    assert stated["broker"] < silent_s < stated["answers"]
