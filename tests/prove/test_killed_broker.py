"""Promise P2: killed between PUBLISH and PUBACK a thousand times, a broker costs no record, and
none is in the database twice.
"""

import pytest

from mishaps import check_kills
from rill.broker import find_mosquitto

pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(not find_mosquitto(), reason="mosquitto is not installed"),
]


@pytest.mark.parametrize("seed", [2, 3, 4, 5])
def test_a_broker_killed_250_times(tmp_path, monkeypatch, seed):
    check_kills(tmp_path, monkeypatch, seed=seed, days=3, slot_s=900, report_s=900, kills=250)
