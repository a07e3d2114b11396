"""Promise: a year of hourly readings wears the most-worn block by less than 5 % of its life."""

import pytest

from rill.household import household
from rill.simulate import Run, Settings
from rill.verdict import is_sound
from rill.wear import CYCLES

pytestmark = pytest.mark.prove


def test_a_year_at_the_default_settings():
    n = Run(Settings(trace=household(1, 365), days=365)).result()
    assert is_sound(n, 1000), n
    assert n["records_stored"] >= 365 * 24
    assert 0 < n["flash_most_erased"] < CYCLES * 5 // 100, n
    print({key: value for key, value in n.items() if key.startswith("flash")})
