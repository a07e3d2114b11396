"""A district out of the database of `rill collect`."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from rill.balance.hours import HOUR_S, Window
from rill.balance.registers import BalanceError, Reading, Register, register
from rill.store import Store

_UNCERTAIN_S = 1800
_AROUND_S = 86400  # read so much before and behind, to interpolate to the first and the last hour
# Flags 2 and 128 (docs/payload.md): power lost, counter trouble; water may be missing.
_SHORT = 2 | 128


def window_of(begin: date, last: date, zone: ZoneInfo) -> Window:
    """From the first midnight of the day `begin` to the last one of the day `last`."""
    midnights = (begin, last + timedelta(days=1))
    seconds = [int(datetime.combine(day, time(), zone).timestamp()) for day in midnights]
    first = -(-seconds[0] // HOUR_S)
    return Window(first, seconds[1] // HOUR_S - first)


def stored_registers(
    address: str, inflow: str, pattern: str, window: Window | None
) -> tuple[Register, dict[str, Register]]:
    """Of the inflow meter, and of the other devices whose name the pattern (`*`, `?`) matches.

    BalanceError or StoreError.
    """
    with Store(address, must_exist=True) as store:
        devices, where = sorted(store.counts()), store.database.name
        if inflow not in devices:
            raise BalanceError(f"{where} has no readings of the inflow meter {inflow!r}")
        names = [name for name in devices if name != inflow and fnmatchcase(name, pattern)]
        if not names:
            raise BalanceError(f"{where} has no other device that {pattern!r} matches")
        homes = {name: _register(store, name, window) for name in names}
        return _register(store, inflow, window), homes


def _register(store: Store, device: str, window: Window | None) -> Register:
    readings, found = _readings(
        store.database.run(
            "SELECT time_s, odometer_ml, flags, uncertainty_s FROM readings "
            "WHERE device = ? ORDER BY time_s",
            device,
        ),
        window,
    )
    made = register(readings)
    return Register(made.runs, made.found + found)


def _readings(rows: Sequence[dict], window: Window | None) -> tuple[list[Reading], Counter]:
    readings, found = [], Counter()
    for row in rows:
        at_s = row["time_s"]
        if at_s is None or row["uncertainty_s"] > _UNCERTAIN_S:
            found["undated"] += 1
        elif window is None or _is_near(window, at_s):
            readings.append((at_s, row["odometer_ml"]))
            found["short"] += bool(row["flags"] & _SHORT)
    return readings, found


def _is_near(window: Window, at_s: int) -> bool:
    begin_s, end_s = window.first * HOUR_S, (window.first + window.count) * HOUR_S
    return begin_s - _AROUND_S <= at_s <= end_s + _AROUND_S
