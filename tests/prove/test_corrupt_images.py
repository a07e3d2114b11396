"""Promise P3: 500 damaged images: no crash, no wrong record delivered, no lower odometer."""

import pytest

from corruption import DamagedMeters
from rill.torture.headend import HeadEnd

pytestmark = pytest.mark.prove


@pytest.mark.parametrize("share", range(2))
def test_500_damaged_images(tmp_path, share):
    with HeadEnd() as head_end:
        meters = DamagedMeters(tmp_path, head_end)
        journals = [meters.check(seed) for seed in range(250 * share, 250 * share + 250)]
    assert len(journals) == 250
