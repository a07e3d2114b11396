"""Promise: in 95 of 100 districts a loss is found within the uncertainty that is stated."""

import pytest

from districts import shares_found

pytestmark = pytest.mark.prove


@pytest.mark.parametrize("has_burst", [True, False])
@pytest.mark.parametrize(
    "made", [{}, {"is_on_the_hour": True, "has_small_loss": True}], ids=["alone", "small loss too"]
)
def test_losses_are_within_their_uncertainty_in_95_of_100_districts(has_burst, made):
    assert min(shares_found(range(1000, 1100), has_burst=has_burst, **made)) >= 0.95
