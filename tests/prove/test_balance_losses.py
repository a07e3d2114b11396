"""Promise: in 95 of 100 districts a loss is found within the uncertainty that is stated."""

import pytest

from districts import shares_found

pytestmark = pytest.mark.prove


@pytest.mark.parametrize("has_burst", [True, False])
def test_losses_are_within_their_uncertainty_in_95_of_100_districts(has_burst):
    assert min(shares_found(range(1000, 1100), has_burst=has_burst)) >= 0.95
