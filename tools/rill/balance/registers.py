"""Registers that were read, and the water between two readings; what a reading can't tell is said.

A register counts litres upward. Readings come unsorted, twice, damaged, or of a meter that
was replaced; what is left of them are spans of time with a known volume.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

Reading = tuple[int, int]  # t_s, ml
_MOST_FALLS = 3  # of one register; with more of them it is no register


class BalanceError(Exception):
    """There is no balance of this: one sentence for the user."""


class Span(NamedTuple):
    """Millilitres that passed from begin_s to end_s, begin_s < end_s."""

    begin_s: int
    end_s: int
    ml: float


class Register(NamedTuple):
    """What one meter showed: runs of readings, in each of which neither time nor register falls.

    Between two runs the meter was replaced: what passed then is unknown.
    found: how many readings were what, for the user.
    """

    runs: list[list[Reading]]
    found: Counter

    @property
    def is_usable(self) -> bool:
        """Whether it tells a volume, and does not contradict itself all the time."""
        return self.found["replaced"] <= _MOST_FALLS and any(len(run) > 1 for run in self.runs)

    def spans(self) -> list[Span]:
        """The water between each two readings."""
        return [
            Span(before[0], after[0], after[1] - before[1])
            for run in self.runs
            for before, after in pairwise(run)
        ]


def register(rows: Iterable[Reading]) -> Register:
    """Of the readings of one meter, in any order.

    Equal rows are one. Of several registers at one time none is believed. A single reading that is
    out of the line of its neighbours is left out; a register that fell and stayed
    there is a new meter.
    """
    given, found = list(rows), Counter()
    found["unsorted"] = sum(after[0] < before[0] for before, after in pairwise(given))
    different = sorted(set(given))
    found["duplicate"] = len(given) - len(different)
    at_s = Counter(t_s for t_s, _ in different)
    readings = [reading for reading in different if at_s[reading[0]] == 1]
    found["contradictory"] = len(different) - len(readings)
    runs: list[list[Reading]] = [[]]
    for n, reading in enumerate(readings):
        run = runs[-1]
        if not run or reading[1] >= run[-1][1]:
            run.append(reading)
        elif len(run) > 1 and reading[1] >= run[-2][1]:
            run[-1] = reading  # the one before was too high
            found["implausible"] += 1
        elif n + 1 < len(readings) and readings[n + 1][1] >= run[-1][1]:
            found["implausible"] += 1  # this one is too low
        else:
            runs.append([reading])
            found["replaced"] += 1
    return Register(runs, found)


def instant_variance(runs: list[list[Reading]], most_s: int) -> float:
    """Variance, ml^2, of a register that is interpolated to any instant between two readings.

    Each reading is compared with the line between its neighbours, as far as they
    are at most 2 * most_s apart. Of a register that grows by independent amounts (a Brownian
    bridge) the error in the middle of two intervals has three times the mean variance of that
    within one. 0 when there are no three such readings.
    """
    squares = []
    for run in runs:
        for before, (t_s, ml), after in zip(run, run[1:], run[2:], strict=False):
            length_s = after[0] - before[0]
            if length_s <= 2 * most_s:
                line_ml = before[1] + (after[1] - before[1]) * (t_s - before[0]) / length_s
                squares.append((ml - line_ml) ** 2)
    return sum(squares) / len(squares) / 3 if squares else 0.0
