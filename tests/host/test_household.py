"""The made-up household is repeatable and behaves like the homes of the published statistics."""

from collections import Counter

import pytest

from rill.household import FIXTURES, household
from rill.trace import DAY_S

SEEDS = range(5)
DAYS = 30
PEOPLE = (1, 3, 5)


def hour_of_day(t_s):
    """The hour in which a row's water passed; a row stands at the end of its second."""
    return (t_s - 1) % DAY_S // 3600


@pytest.fixture(scope="module")
def homes():
    """Households by (seed, people), each over DAYS days."""
    return {(seed, people): household(seed, DAYS, people) for seed in SEEDS for people in PEOPLE}


def test_the_same_seed_gives_the_same_household(homes):
    assert household(3, DAYS) == homes[3, 3]


def test_different_seeds_give_different_households(homes):
    traces = [homes[seed, 3].rows for seed in SEEDS]
    assert all(a != b for i, a in enumerate(traces) for b in traces[:i])


def test_a_longer_trace_begins_with_the_shorter_one(homes):
    assert homes[2, 3].first_days(7) == household(2, 7)


def test_rows_are_sorted_seconds_with_water_within_the_days(homes):
    for trace in homes.values():
        times_s = [t_s for t_s, _ in trace.rows]
        assert times_s == sorted(set(times_s))
        assert times_s[0] >= 1 and times_s[-1] <= DAYS * DAY_S
        assert all(ml > 0 for _, ml in trace.rows)
        assert trace.step_s == 1


def test_a_one_day_trace_ends_with_its_day():
    assert all(household(seed, 1).end_s <= DAY_S for seed in range(60))


def test_a_person_uses_90_to_200_litres_a_day_on_average(homes):
    for (_, people), trace in homes.items():
        assert 90 <= trace.total_ml / 1000 / DAYS / people <= 200


def test_a_typical_day_of_three_people_is_300_to_450_litres(homes):
    days_ml = Counter()
    for seed in SEEDS:
        for t_s, ml in homes[seed, 3].rows:
            days_ml[seed, (t_s - 1) // DAY_S] += ml
    median_ml = sorted(days_ml.values())[len(days_ml) // 2]
    assert 300_000 <= median_ml <= 450_000


def test_between_two_and_four_at_night_hardly_any_water_is_used(homes):
    for trace in homes.values():
        night_ml = sum(ml for t_s, ml in trace.rows if hour_of_day(t_s) in (2, 3))
        assert night_ml < 0.03 * trace.total_ml


def test_no_second_sees_more_than_a_service_pipe_delivers(homes):
    """1500 ml in a second is 5.4 m³/h, above the overload flow of a small household meter."""
    assert max(ml for trace in homes.values() for _, ml in trace.rows) <= 1500


@pytest.mark.parametrize("name", FIXTURES)
def test_a_fixture_has_a_weight_for_each_of_24_hours_and_runs_in_order(name):
    fixture = FIXTURES[name]
    assert len(fixture.hours) == 24 and min(fixture.hours) >= 0 and sum(fixture.hours) > 0
    assert list(fixture.runs) == sorted(fixture.runs)
    assert 0 < fixture.flow_ml_s[0] <= fixture.flow_ml_s[1]


@pytest.mark.parametrize(("days", "people"), [(0, 3), (1, 0), (-1, 3)])
def test_no_days_or_no_people_are_refused(days, people):
    with pytest.raises(ValueError, match=f"1 or more, got {days} and {people}"):
        household(1, days, people)
