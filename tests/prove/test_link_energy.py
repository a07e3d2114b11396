"""Promise: the energy of a day is kept at each coverage level, and the meter's estimate of it is
what the simulated modem counts.
"""

from pathlib import Path

import pytest

from rill.household import household
from rill.settings import Settings
from rill.simulate import Run
from rill.world import WORLD_BEGAN_S

pytestmark = pytest.mark.prove

_DAY_S = 86_400
_FIRST_DAY = WORLD_BEGAN_S // _DAY_S
_DAY_J, _ALARM_J = 40, 20
_SPENT = Path(__file__).parent.parent / "modem_spent.py"


class _Counted(Run):
    """days_j: what the modem took on each day of the network, and what the meter believes."""

    def _wakes(self, board):
        self._board_now = board
        self.days_j: dict[int, list[float]] = {}
        self._day, self._before_j, self._believed = 0, 0.0, (0, 0)
        super()._wakes(board)
        self._count()

    def before_wake(self, wake):
        if wake > 1:
            self._count()
        # A wake at the end of a day begins moments before, by the meter's clock.
        self._day = (WORLD_BEGAN_S + self._world.now_us // 1_000_000 - 1) // _DAY_S

    def _count(self):
        joules = self.modem.numbers(self._world.now_us)["joules"]
        took_j, self._before_j = joules - self._before_j, joules
        day = self.days_j.setdefault(self._day, [0.0, 0.0])
        day[0] += took_j
        if took_j > 0.5:
            _, told_day, _, told_mj = self._board_now.run(_SPENT).split()
            before_day, before_mj = self._believed
            # The first day begins without a clock, and goes on when it is set.
            before_day = before_day or _FIRST_DAY
            is_same = (int(told_day) or _FIRST_DAY) == before_day
            day[1] += (int(told_mj) - before_mj * is_same) / 1000
            self._believed = int(told_day), int(told_mj)


@pytest.mark.parametrize("ecl", (0, 1, 2))
@pytest.mark.parametrize("link", ("bc95", "bc66", "sim7080", "ppp"))
def test_the_energy_of_a_day_is_kept_and_known(link, ecl):
    run = _Counted(Settings(trace=household(1, 2), days=2, seed=1, link=link, ecl=ecl))
    n = run.result()
    assert n["records_unique"] == n["records_stored"]
    for took_j, _ in run.days_j.values():
        # Who connects the cell, and who presses the button at the end, has that of alarms, too.
        # The budget is of what it believes to take, a quarter less at the most (below).
        assert 0.75 * took_j < _DAY_J + _ALARM_J
    took_j = sum(took_j for took_j, _ in run.days_j.values())
    believed_j = sum(believed_j for _, believed_j in run.days_j.values())
    # The simulated modem counts no repetitions over PPP.
    # Seconds in which a modem starts count as a search, which shows where it sends little.
    most = 1.25 if ecl else 1.35
    assert 0.75 * took_j < believed_j and (link == "ppp" or believed_j < most * took_j)
