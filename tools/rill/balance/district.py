"""A district: its meter, its homes, the hours that can be compared, and what was left out."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rill.balance.hours import HOUR_S, Homes, Inflow, Window, homes_hours, inflow_hours
from rill.balance.registers import BalanceError, Register

_DAY_HOURS = 24
_MOST_HOURS = 2 * 366 * _DAY_HOURS
_KINDS = {
    "unsorted": "rows not in the order of time, sorted",
    "duplicate": "rows that came twice, taken once",
    "empty": "empty cells, readings that were not taken",
    "contradictory": "rows left out that have the time of another one but other numbers",
    "implausible": "readings left out that are out of the line of their neighbours",
    "replaced": "registers that fell, taken as replaced meters; what passed then is estimated",
    "disagreeing": "hours left out in which inflow_l and reading_l disagree",
    "undated": "readings left out that have no time, or one that is uncertain by over 30 min",
    "short": "readings in which water may be missing: power loss, counter trouble",
}


class Clock(NamedTuple):
    """Which local time an hour of the window begins at. zone: None when time 0 is a midnight."""

    first: int
    zone: ZoneInfo | None

    def local(self, hour: int) -> datetime:
        """Without a zone its date counts from 1970-01-01, which is day 1."""
        return datetime.fromtimestamp((self.first + hour) * HOUR_S, self.zone or UTC)

    def hour_of_day(self, hour: int) -> int:
        return self.local(hour).hour

    def day(self, hour: int) -> str:
        local = self.local(hour)
        return str(local.date()) if self.zone else f"day {local.toordinal() - _EPOCH_DAY}"

    def stamp(self, hour: int) -> str:
        return f"{self.day(hour)} {self.local(hour):%H:%M}"


_EPOCH_DAY = datetime(1970, 1, 1).toordinal() - 1


class District(NamedTuple):
    """used: the hours, by place in the window, in which both sides are known.

    sharp: those of them in which both are known to the very hour: for nights and steps.
    """

    window: Window
    clock: Clock
    inflow: Inflow
    homes: Homes
    meters: dict[str, Register]
    used: list[int]
    sharp: list[int]
    notes: list[str]

    def inflow_of(self, hour: int) -> float:
        ml = self.inflow.ml[hour]
        assert ml is not None  # of the hours in `used`
        return ml


def district(
    inflow: Register,
    homes: dict[str, Register],
    zone: ZoneInfo | None,
    window: Window | None = None,
    empty_cells: int = 0,
) -> District:
    """BalanceError when nothing can be compared. window: by default all that inflow covers."""
    if not any(len(run) > 1 for run in inflow.runs):
        raise BalanceError("the inflow meter was not read twice: there is nothing to balance")
    if inflow.found["replaced"] > 3:
        raise BalanceError(
            f"the register of the inflow meter falls {inflow.found['replaced']} times"
        )
    window = window or _all_of(inflow)
    if window.count > _MOST_HOURS:
        raise BalanceError("the readings of the inflow meter are more than two years apart")
    meters = {name: meter for name, meter in homes.items() if _is_read(meter, window)}
    if not any(meter.is_usable for meter in meters.values()):
        raise BalanceError("no home was read twice while the inflow was: nothing to compare")
    flow, sums = inflow_hours(inflow, window), homes_hours(list(meters.values()), window)
    half = (len(meters) + 1) // 2
    read = [hour for hour in range(window.count) if sums.read[hour] >= half]
    used = [hour for hour in read if flow.ml[hour] is not None]
    if len(used) < _DAY_HOURS:
        raise BalanceError(
            f"only {len(used)} hours have both the inflow and half of the homes; "
            "a balance needs 24 or more"
        )
    sharp = [hour for hour in used if flow.is_sharp[hour] and sums.is_sharp(hour)]
    left_out = [
        (sum(one is None for one in flow.ml), "the inflow is not known"),
        (window.count - len(read), "fewer than half of the homes were read"),
    ]
    notes = [
        f"hours left out because {why}: {count} of {window.count}"
        for count, why in left_out
        if count
    ]
    if len(sharp) < len(used):
        notes.append(
            "hours in the balance but not in nights and steps, because the readings around them "
            f"are too far apart: {len(used) - len(sharp)}"
        )
    notes += _notes_of_meters(inflow, homes, meters, window, empty_cells)
    return District(window, Clock(window.first, zone), flow, sums, meters, used, sharp, notes)


def _all_of(meter: Register) -> Window:
    first = -(-meter.runs[0][0][0] // HOUR_S)
    return Window(first, max(0, meter.runs[-1][-1][0] // HOUR_S - first))


def _is_read(meter: Register, window: Window) -> bool:
    """Whether it has a reading in the window, or readings around it."""
    if not any(meter.runs):
        return False
    begin_s, end_s = window.first * HOUR_S, (window.first + window.count) * HOUR_S
    runs = [run for run in meter.runs if run]
    return runs[0][0][0] < end_s and runs[-1][-1][0] > begin_s


def _notes_of_meters(
    inflow: Register,
    homes: dict[str, Register],
    meters: dict[str, Register],
    window: Window,
    empty_cells: int,
) -> list[str]:
    notes = [f"inflow, {_KINDS[kind]}: {count}" for kind, count in inflow.found.items() if count]
    found: Counter = Counter({"empty": empty_cells})
    for meter in homes.values():
        found += meter.found
    notes += [f"homes, {_KINDS[kind]}: {count}" for kind, count in found.items() if count]
    for names, why in (
        (
            [name for name in homes if name not in meters],
            "left out that were not read in this time",
        ),
        (
            [name for name, meter in meters.items() if not meter.is_usable],
            "read only once, or with a register that falls again and again, "
            "taken for average homes",
        ),
        (
            [name for name, meter in meters.items() if _begins_late(meter, window)],
            "first read after the first day, estimated before that",
        ),
        (
            [name for name, meter in meters.items() if _ends_early(meter, window)],
            "last read before the last day, estimated behind that",
        ),
    ):
        if names:
            notes.append(f"homes {why}: {len(names)} ({_some(names)})")
    return notes


def _begins_late(meter: Register, window: Window) -> bool:
    return meter.is_usable and meter.runs[0][0][0] > (window.first + _DAY_HOURS) * HOUR_S


def _ends_early(meter: Register, window: Window) -> bool:
    end = window.first + window.count - _DAY_HOURS
    return meter.is_usable and meter.runs[-1][-1][0] < end * HOUR_S


def with_homes(one: District, homes: Homes, is_sharp: Callable[[int], bool]) -> District:
    """The same district and hours with other sums of the homes."""
    return one._replace(homes=homes, sharp=[hour for hour in one.sharp if is_sharp(hour)])


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
