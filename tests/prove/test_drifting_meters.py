"""Promise: UTC within seconds on a slow clock that is off by -5 ... +5 %, seen or hidden."""

import pytest

from drifting import check, check_awake
from rill.slow_clock import SlowClock

pytestmark = pytest.mark.prove


@pytest.mark.parametrize("constant", [-5.0, -2.0, 0.0, 2.0, 5.0])
@pytest.mark.parametrize("is_hidden", [False, True])
def test_a_week_with_a_sync_a_day(constant, is_hidden):
    hidden = constant if is_hidden else 0.0
    check(7, SlowClock(constant, 0.5, phase=constant, hidden_percent=hidden), seed=2)


def test_a_meter_that_stays_awake_and_is_calibrated_at_its_boot_alone():
    check_awake(1, SlowClock(-3.0, 0.5, phase=2.0))
