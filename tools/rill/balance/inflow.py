"""The register of a district meter whose file has both the water of each hour and the register."""

from collections import Counter

from rill.balance.files import Inflow
from rill.balance.registers import Reading, Register

HOUR_S = 3600
_AGREE_ML = 2000  # both are rounded to litres
_AGREE_SHARE = 0.01


def inflow_register(rows: list[Inflow]) -> Register:
    """Of the rows, in any order, the register wherever one of the two columns tells it.

    An hour in which they contradict each other is left unknown; so is the time in which a register
    fell, which is how a replaced meter shows.
    """
    found = Counter()
    found["unsorted"] = sum(
        after[0] < before[0] for before, after in zip(rows, rows[1:], strict=False)
    )
    different = set(rows)
    found["duplicate"] = len(rows) - len(different)
    at_s = Counter(row[0] for row in different)
    found["contradictory"] = sum(count for count in at_s.values() if count > 1)
    joined = _Joined(found)
    for t_s, hour_ml, shown_ml in sorted(row for row in different if at_s[row[0]] == 1):
        if shown_ml is not None:
            joined.add_shown(t_s, hour_ml, shown_ml)
        elif hour_ml is not None:
            joined.add_hour(t_s, hour_ml)
        else:
            found["empty"] += 1
    return Register(joined.runs, found)


class _Joined:
    """Runs of readings that grow row by row."""

    def __init__(self, found: Counter):
        self.runs: list[list[Reading]] = []
        self._found = found
        self._is_shown = False  # whether the run has a register's numbers, or sums of hours only

    def add_hour(self, t_s: int, hour_ml: int) -> None:
        """A row without a register: the hour is added to the one before."""
        last = self._last()
        if last and last[0] == t_s - HOUR_S:
            self.runs[-1].append((t_s, last[1] + hour_ml))
        else:
            self._begin(t_s, hour_ml, hour_ml, False)

    def add_shown(self, t_s: int, hour_ml: int | None, shown_ml: int) -> None:
        last = self._last()
        if not last or not self._is_shown:
            self._begin(t_s, hour_ml, shown_ml, True)
        elif self._contradicts(last, t_s, hour_ml, shown_ml):
            self._found["disagreeing"] += 1
            self._begin(t_s, None, shown_ml, True)
        elif shown_ml < last[1]:
            self._found["replaced"] += 1
            self._begin(t_s, hour_ml, shown_ml, True)
        else:
            self.runs[-1].append((t_s, shown_ml))

    @staticmethod
    def _contradicts(last: Reading, t_s: int, hour_ml: int | None, shown_ml: int) -> bool:
        if hour_ml is None or last[0] != t_s - HOUR_S:
            return False
        return abs(shown_ml - last[1] - hour_ml) > max(_AGREE_ML, _AGREE_SHARE * hour_ml)

    def _begin(self, t_s: int, hour_ml: int | None, shown_ml: int, is_shown: bool) -> None:
        """A new run; with the reading an hour earlier when the hour is known and still free."""
        last = self._last()
        begin_s = t_s - HOUR_S
        is_free = begin_s >= 0 and (not last or last[0] <= begin_s)
        run = [(begin_s, shown_ml - hour_ml)] if hour_ml is not None and is_free else []
        self.runs.append([*run, (t_s, shown_ml)])
        self._is_shown = is_shown

    def _last(self) -> Reading | None:
        return self.runs[-1][-1] if self.runs else None
