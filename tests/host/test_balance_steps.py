"""Promise: each step of the loss is named with its own rate, begin and end, whatever else runs."""

from random import Random

import pytest

from districts import shares_found
from rill.balance.steps import find_steps

HOURS, INFLOW_L_H = 1000, 1500


def steps(*losses):
    """What is found of losses (begin, end, L/h) in a noise of 15 L/h: (begin, end, L/h, +-)."""
    random = Random(4)
    loss_ml = [
        1000 * (200 + random.gauss(0, 15) + sum(r for begin, end, r in losses if begin <= n < end))
        for n in range(HOURS)
    ]
    found = find_steps(range(HOURS), loss_ml, 1000 * INFLOW_L_H, lambda hour: hour % 24)
    return [
        (one.begin, one.end, one.rate_ml_h / 1000, one.uncertainty_ml_h / 1000) for one in found
    ]


def are(found, *expected):
    """Whether these are the expected (begin, end, L/h), rates within what is stated."""
    return [one[:2] for one in found] == [one[:2] for one in expected] and all(
        abs(one[2] - other[2]) <= one[3] for one, other in zip(found, expected, strict=True)
    )


BURST = (600, 780, 650)


SMALL = (
    (100, 400, 70), (100, 590, 50), (560, 640, 60), (700, 900, 60), (300, HOURS, 70), (0, 400, 70),
)  # fmt: skip


@pytest.mark.parametrize("small", SMALL, ids=str)
def test_a_loss_too_small_for_a_step_changes_none_and_makes_none(small):
    assert are(steps(BURST, small), BURST)
    assert steps(small) == []


def test_in_districts_read_on_the_hour_a_small_loss_leaves_the_burst_within_its_uncertainty():
    made = {"homes": 20, "days": 14, "has_small_loss": True, "is_on_the_hour": True}
    assert min(shares_found(range(10), **made)) >= 0.9


@pytest.mark.parametrize("other", [(500, 700, 100), (500, 650, 250), (550, 900, 300)], ids=str)
def test_a_fall_ends_the_loss_of_its_size(other):
    assert are(steps(BURST, other), other, BURST)


def test_a_fall_of_no_known_size_is_of_a_loss_from_before_the_start():
    assert are(steps(BURST, (0, 700, 100)), (None, 700, 100), BURST)


def test_a_loss_repaired_in_parts_goes_on_with_the_rest_of_it():
    parts = (300, 700, 600), (300, 500, 300)
    assert are(steps(*parts), (300, 500, 900), (500, 700, 600))


def test_a_loss_that_grows_in_small_pieces_is_one_step_of_their_mean():
    (one,) = steps((300, 700, 60), (500, 700, 60))
    assert one[:2] == (300, 700) and abs(one[2] - 90) <= one[3] <= 70
