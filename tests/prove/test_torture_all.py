"""Promise P3: power fails at flash operations of every scenario; nothing stored is lost.

At each of them, but of the month's 8,000, of which `rill torture` takes the others, too: at 3,000.
"""

import pytest

from rill.torture.command import is_sound, run
from rill.torture.scenarios import SCENARIOS

pytestmark = pytest.mark.prove
_LONG = "steady_month"


@pytest.mark.parametrize(
    ("names", "cuts", "least"),
    [([name for name in SCENARIOS if name != _LONG], None, 500), ([_LONG], 3000, 3000)],
    ids=["all", _LONG],
)
def test_power_cut(names, cuts, least):
    found = run(names, cuts, 1)
    for numbers in found:
        print(numbers)
    assert [n["scenario"] for n in found if not is_sound(n)] == [], found
    assert sum(n["cut_points"] for n in found) >= least
