"""Promise, a sample: UTC within seconds on a slow clock that is off by percents."""

import pytest

from drifting import check
from rill.slow_clock import SlowClock


@pytest.mark.parametrize(
    ("constant", "hidden"), [pytest.param(5.0, 0.0, marks=pytest.mark.prove), (-5.0, -5.0)]
)
def test_a_meter_with_a_sync_a_day(constant, hidden):
    check(3, SlowClock(constant, 0.5, phase=1.0, hidden_percent=hidden))
