"""Promise: 10,000 garbled dialogues: no crash, no hang, bounded memory, and ready for the next."""

import pytest

import garbled

pytestmark = pytest.mark.prove


@pytest.mark.parametrize("share", range(4))
def test_10000_garbled_dialogues(share):
    garbled.check(range(2500 * share, 2500 * share + 2500))
