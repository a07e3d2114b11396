"""Promise: a broker that dies, or a stranger with the meter's name, delays a report and no more.

tests/prove/test_killed_broker.py kills the broker a thousand times.
"""

import pytest

from linked import LINK, told
from mishaps import TakenOver, check_kills
from rill.broker import find_mosquitto
from rill.household import household
from rill.simulate import Settings
from rill.verdict import is_sound

CLOSED = 14
REPORTS_FAILED = 11
HOURS_2, HOURS_6 = 7200, 21_600

pytestmark = pytest.mark.skipif(not find_mosquitto(), reason="mosquitto is not installed")


def test_a_broker_killed_before_it_acknowledges_costs_nothing(tmp_path, monkeypatch):
    check_kills(tmp_path, monkeypatch, seed=1, days=1, slot_s=3600, report_s=HOURS_2, kills=10)


@pytest.mark.parametrize("link", ["wifi", pytest.param("bc66", marks=pytest.mark.prove)])
def test_a_session_taken_over_in_a_report_delays_it(link):
    settings = Settings(trace=household(1, 1), days=1, report_s=HOURS_6, link=link)
    run = TakenOver(settings, takeovers=2)
    n = run.result()
    assert is_sound(n, 1000) and run.network.takeovers == 2, n
    assert n["records_unique"] == n["records_stored"] == 25 and n["duplicates"] == 0
    # Over a modem the next try is in the same wake, and its code is an event.
    if link == "wifi":
        assert sum(before for before, _ in told(n, REPORTS_FAILED)) == 2
    else:
        assert [before for before, _ in told(n, LINK)] == [CLOSED] * 2
