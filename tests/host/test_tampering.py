"""Promise: who meddles with a meter is told of at once, once, and with what he did."""

import pytest

from rill.alarms import ALARM
from rill.household import household
from rill.probes import GUARD_PINS
from rill.simulate import Run, Settings
from rill.verdict import is_sound

_HOUR_S = 3600
_BEGAN_S = 9 * _HOUR_S + 1800


class _Watched(Run):
    """Sees to it that no switch takes current while the meter sleeps."""

    def before_wake(self, wake):
        assert not self._world.probes.pulled & set(GUARD_PINS.values())


def _result(*faults, days=1, **more):
    settings = Settings(trace=household(1, days), days=days, probe_faults=faults, **more)
    n = _Watched(settings).result()
    assert is_sound(n, 1000), n
    return n


@pytest.mark.parametrize("hal", ["ports", pytest.param("chip", marks=pytest.mark.prove)])
@pytest.mark.parametrize(
    ("fault", "sign"),
    [
        ("magnet", "magnet"),
        pytest.param("case_opened", "opened", marks=pytest.mark.prove),
        pytest.param("cable_cut", "cable", marks=pytest.mark.prove),
        pytest.param("cable_short", "cable", marks=pytest.mark.prove),
    ],
)
def test_an_hour_of_it_is_one_alarm_that_stays_and_is_at_the_broker_within_the_hour(
    fault, sign, hal
):
    n = _result((fault, _BEGAN_S, _HOUR_S), config=GUARD_PINS, hal=hal)
    (told,) = [event for event in n["events"] if event["code"] == ALARM]
    alarm = n["alarms"][-1]
    assert (alarm["kind"], alarm["level"], alarm["end_s"]) == ("tamper", "alarm", None)
    assert (told["before"], told["after"]) == (80, 82)
    assert alarm["signs"] == [sign]
    assert _BEGAN_S <= alarm["begin_s"] <= alarm["reported_s"] <= _BEGAN_S + _HOUR_S


@pytest.mark.prove
def test_what_no_pin_is_fitted_for_is_not_seen():
    assert _result(("magnet", 0, 86_400), ("cable_cut", 0, 86_400))["alarms"] == []


@pytest.mark.prove
def test_a_cell_that_is_low_under_load_is_a_notice_after_a_day():
    n = _result(("cell_low", 6 * _HOUR_S, 2 * 86_400), days=2, config=GUARD_PINS)
    (notice,) = n["alarms"]
    assert (notice["kind"], notice["level"]) == ("battery", "notice")
    assert 29 * _HOUR_S <= notice["begin_s"] <= 31 * _HOUR_S
