"""The real firmware through some days of simulated time, and its counts of as many as are asked.

Up to fifteen days are all simulated: from event to event, each wake of the real firmware, nothing
told from others. A run of months is told from those: the first one, in which the meter joins the
network, and two weeks that are as the ones behind them. All rhythms of the firmware are days, but
for the address of the broker, which is looked up once a week.
"""

from collections.abc import Callable
from dataclasses import replace

from rill.energy.counts import Counts, counted
from rill.household import household
from rill.settings import Settings
from rill.simulate import Run

DAY_S = 86_400
_WEEKS_DAYS = 14
SIMULATED_DAYS = 1 + _WEEKS_DAYS
_EARLY_US = 60_000_000  # the wake of midnight is of the next day


class Counted(Run):
    """days: the counts at the end of each day, since the meter got power."""

    def _wakes(self, board):
        self._counted_board = board
        self.days: list[Counts] = []
        super()._wakes(board)

    def before_wake(self, wake):
        day_us = DAY_S * 1_000_000
        while self._world.now_us >= (len(self.days) + 1) * day_us - _EARLY_US:
            found, covered_s = counted(self._counted_board), (len(self.days) + 1) * DAY_S
            # The sums are some hours old: what they tell is the pace of the coprocessor. Those of
            # the first day are of the minute behind power-on, and tell nothing.
            pace = found.polls / found.covered_s
            self.days.append(Counts(covered_s, round(pace * covered_s), found.of))
            if len(self.days) == 2:
                self.days[0] = replace(self.days[0], polls=round(pace * DAY_S))


def count(
    days: int,
    *,
    progress: Callable[[float, int], None] | None = None,
    **settings,
) -> Counts:
    """Of so many days (at least two). settings: of Settings."""
    simulated = min(days, SIMULATED_DAYS)
    run = Counted(Settings(trace=household(1, simulated), days=simulated, **settings), progress)
    run.result()
    return run.days[-1] if simulated == days else forward(run.days, days)


def forward(counts: list[Counts], days: int) -> Counts:
    """The counts of so many days, from those of the first one and two weeks behind it."""
    first, last = counts[0], counts[_WEEKS_DAYS]
    return first + (last - first).scaled((days - 1) / _WEEKS_DAYS)


def as_on_a_chip(counts: Counts, board: dict[str, float]) -> Counts:
    """With the time that computing takes there, and none in the simulator."""
    wake_cs, report_cs = board["simulated_wake_ms"] / 10, board["simulated_report_ms"] / 10
    of = dict(counts.of)
    of["awake_timer_cs"] += of["wakes_timer"] * wake_cs
    of["awake_timer_cs"] += of["records"] * board["simulated_record_ms"] / 10
    of["awake_ulp_cs"] += of["wakes_ulp"] * wake_cs
    of["awake_other_cs"] += (of["wakes_button"] + of["wakes_other"]) * wake_cs
    of["awake_report_cs"] += of["reports"] * report_cs
    return Counts(counts.covered_s, counts.polls, of)
