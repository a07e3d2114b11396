"""Promise P3, a sample: a damaged flash is no crash, no wrong record and no lower odometer."""

from corruption import DamagedMeters
from rill.torture.headend import HeadEnd


def test_damaged_images(tmp_path):
    with HeadEnd() as head_end:
        meters = DamagedMeters(tmp_path, head_end)
        for seed in range(1000, 1003):
            meters.check(seed)
