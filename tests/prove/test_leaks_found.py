"""Promise: P4 at its full numbers, leaks injected at seeded moments of the recorded homes."""

import pytest

from rill.leaks.inject import Leak
from rill.leaks.running import alarms, job
from rill.leaks.table import noticed, trials
from rill.trace import DAY_S, read_trace
from unit_runs import UNIT, run

pytestmark = pytest.mark.prove

_HOUR_S = 3600
_WEEK_S = 7 * DAY_S


@pytest.fixture(scope="module")
def homes(recordings):
    return [read_trace(path) for path in sorted(recordings.glob("house_*.csv*"))]


def found_in(homes, leak, pulse_ml):
    """(alarms, begin of the leak) of each trial."""
    cases = list(trials(homes, leak, seed=2, per_home=16))
    found = alarms([job(trace, pulse_ml) for trace, _, _ in cases])
    return [(one, begin_s) for one, (_, begin_s, _) in zip(found, cases, strict=True)]


@pytest.mark.parametrize("rate_l_h", [2, 5, 12, 60, 120])
def test_every_leak_is_noticed_within_26_hours_and_in_alarm_within_74(homes, rate_l_h):
    leak = Leak(f"{rate_l_h} L/h", rate_l_h * 1000, _WEEK_S)
    for found, begin_s in found_in(homes, leak, 1000):
        for level, hours in (("notice", 26), ("alarm", 74)):
            ones = [alarm for alarm in found if alarm.level == level]
            assert noticed(ones, "continuous", begin_s, hours * _HOUR_S) is not None


@pytest.mark.parametrize("rate_l_h", [2, 8])
def test_every_cistern_is_noticed_within_two_days(homes, rate_l_h):
    leak = Leak("cistern", rate_l_h * 1000, _WEEK_S, is_cistern=True)
    for found, begin_s in found_in(homes, leak, 1000):
        assert noticed(found, "continuous", begin_s, 48 * _HOUR_S) is not None


def test_of_leaks_of_5_l_an_hour_90_percent_are_found_by_10_l_pulses_in_a_week(homes):
    cases = found_in(homes, Leak("5 L/h", 5000, _WEEK_S), 10_000)
    hits = [noticed(one, "continuous", begin_s, _WEEK_S) is not None for one, begin_s in cases]
    assert sum(hits) >= 0.9 * len(hits)


@pytest.mark.parametrize("pulse_ml", [1000, 10_000])
@pytest.mark.parametrize("rate_l_h", [600, 1500])
def test_every_burst_is_noticed_within_32_minutes_and_in_alarm_within_62(
    homes, rate_l_h, pulse_ml
):
    for found, begin_s in found_in(homes, Leak("burst", rate_l_h * 1000, 7200), pulse_ml):
        for level, minutes in (("notice", 32), ("alarm", 62)):
            ones = [alarm for alarm in found if alarm.level == level]
            assert noticed(ones, "burst", begin_s, 60 * minutes) is not None


def test_ten_thousand_random_cases_raise_nothing_and_no_alarm_comes_without_water():
    run(UNIT / "test_leaks_mishaps.py", "all_random_looks", timeout_s=1800)


def test_meters_without_water_have_no_alarm_of_it_whatever_befalls_them():
    # Thousands of wakes in one interpreter: modules that come and go leave small pieces of heap.
    run(UNIT / "test_alarms_by_chance.py", "all_cases", timeout_s=1800, heap_bytes=1_000_000)
