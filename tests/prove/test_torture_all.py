"""Promise P3: power fails at every flash operation of every scenario; nothing stored is lost."""

import pytest

from rill.torture.command import is_sound, run
from rill.torture.scenarios import SCENARIOS

pytestmark = pytest.mark.prove


def test_every_cut_of_every_scenario():
    found = run(list(SCENARIOS), None, 1)
    for numbers in found:
        print(numbers)
    assert [n["scenario"] for n in found if not is_sound(n)] == [], found
    assert sum(n["cut_points"] for n in found) > 5_000
