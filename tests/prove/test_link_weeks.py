"""Promise: weeks over each modem with every fault, and days without any, lose nothing, no wake
exceeds its budget and none fails, within the heap of an ESP32.
"""

import pytest

from linked import WORST_BUDGET_S, run
from rill.modem.models import FAMILY_MODELS, MODELS

pytestmark = pytest.mark.prove

_FAMILIES = sorted(FAMILY_MODELS.values())
_OTHERS = sorted(set(MODELS) - set(_FAMILIES))


@pytest.mark.parametrize("model", sorted(MODELS))
def test_days_over_each_modem(model):
    run(model, days=3)


@pytest.mark.parametrize("seed", range(1, 10))
def test_a_week_of_every_fault(seed):
    run(_FAMILIES[seed % len(_FAMILIES)], days=7, seed=seed, faults=("all",))


@pytest.mark.parametrize("model", _OTHERS)
def test_a_week_of_every_fault_over_the_others(model):
    run(model, days=7, seed=21, faults=("all",))


@pytest.mark.parametrize("model", _FAMILIES)
def test_days_at_the_edge_of_coverage(model):
    n = run(model, days=4, ecl=2)
    assert n["longest_wake_s"] <= WORST_BUDGET_S
