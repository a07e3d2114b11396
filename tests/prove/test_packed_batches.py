"""Promise: on 10,000 batches the decoder agrees with the one that was made from the document."""

import pytest

from packed_checks import batches, check

pytestmark = pytest.mark.prove


@pytest.mark.parametrize("part", range(10))
def test_a_second_decoder_agrees_on_a_thousand_batches(part):
    for batch, messages in batches(range(1000 * part, 1000 * part + 1000)):
        check(batch, messages)
