"""Promises of tests/unit at full numbers: a reset or a loss of power at each port call."""

import ast

import pytest

from unit_runs import UNIT, run

pytestmark = pytest.mark.prove
_FILES = (
    "test_cycle_resets.py", "test_alarms.py", "test_alarms_in_time.py", "test_power_loss.py",
    "test_commanding.py", "test_repeating.py",
)  # fmt: skip
_BEGINS = ("test_a_reset", "test_a_burst_that_begins", "test_power_lost", "test_power_cut")


def _tests():
    for name in _FILES:
        for node in ast.parse((UNIT / name).read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith(_BEGINS):
                yield pytest.param(UNIT / name, node.name, id=node.name)


@pytest.mark.parametrize(("path", "name"), list(_tests()))
def test_at_each(path, name):
    run(path, name, "all", timeout_s=600)
