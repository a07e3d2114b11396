"""Promises of tests/unit at full numbers: a reset at each port call of a wake."""

import ast

import pytest

from unit_runs import UNIT, run

pytestmark = pytest.mark.prove
_FILES = ("test_cycle_resets.py", "test_alarms.py")


def _tests():
    for name in _FILES:
        for node in ast.parse((UNIT / name).read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_a_reset"):
                yield pytest.param(UNIT / name, node.name, id=node.name)


@pytest.mark.parametrize(("path", "name"), list(_tests()))
def test_at_each(path, name):
    run(path, name, "all", timeout_s=600)
