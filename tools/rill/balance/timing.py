"""What reading the homes at other instants would have made of the same balance."""

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from rill.balance.account import Assumed, balance, losses
from rill.balance.district import District, with_homes
from rill.balance.hours import HOUR_S, homes_hours
from rill.balance.night import nights
from rill.balance.registers import Reading
from rill.balance.steps import Step, find_steps

_SEED = 1
_DAY_S = 86400
_DAY_H = 24

Change = Callable[[list[Reading]], list[Reading]]


class Timing(NamedTuple):
    """hour_error, day_error: mean error of the homes' sum, as a share of it; None: can't be told.

    share: not accounted for; night_ml_h: loss of the median night; steps: how many were found.
    """

    name: str
    hour_error: float | None
    day_error: float | None
    share: float
    night_ml_h: float | None
    steps: int | None


def timings(one: District, assumed: Assumed) -> list[Timing]:
    """The same district, its homes' readings as they are and at worse times; seeded."""
    found = [_timing("as read, to the full hour", one, one, assumed)]
    for name, change in (
        ("stamps off by up to 5 min", _off_by(5 * 60)),
        ("stamps off by up to 30 min", _off_by(30 * 60)),
        ("last reading, held", _held),
        ("one reading a day", _daily),
    ):
        meters = [
            meter._replace(runs=[change(run) for run in meter.runs])
            for meter in one.meters.values()
        ]
        homes = homes_hours(meters, one.window)
        found.append(_timing(name, with_homes(one, homes, homes.is_sharp), one, assumed))
    return found


def steps_of(one: District, assumed: Assumed) -> list[Step] | None:
    """The steps of the loss; None when there are less than two days of hourly readings."""
    if len(one.sharp) < 2 * _DAY_H:
        return None
    inflow = sum(one.inflow_of(hour) for hour in one.sharp) / len(one.sharp)
    return find_steps(one.sharp, losses(one, assumed, one.sharp), inflow, one.clock.hour_of_day)


def _timing(name: str, changed: District, one: District, assumed: Assumed) -> Timing:
    steps = steps_of(changed, assumed)
    found = nights(changed, assumed, steps or [])
    days: dict[int, list[int]] = {}
    for hour in one.sharp:
        days.setdefault(hour // _DAY_H, []).append(hour)
    whole = [hours for hours in days.values() if len(hours) == _DAY_H]
    return Timing(
        name,
        _error(changed, one, [[hour] for hour in one.sharp]),
        _error(changed, one, whole),
        balance(changed, assumed).share.value,
        found and found.loss,
        None if steps is None else len(steps),
    )


def _error(changed: District, one: District, groups: Sequence[list[int]]) -> float | None:
    """Mean error of sums over the groups of hours, as a share of the mean sum."""
    right = [sum(one.homes.ml[hour] for hour in hours) for hours in groups]
    found = [sum(changed.homes.ml[hour] for hour in hours) for hours in groups]
    if not sum(right):
        return None
    return sum(abs(a - b) for a, b in zip(found, right, strict=True)) / sum(right)


def _off_by(most_s: int) -> Change:
    random = Random(_SEED)

    def change(run: list[Reading]) -> list[Reading]:
        stamps = sorted(t_s + random.randint(-most_s, most_s) for t_s, _ in run)
        return _ascending(stamps, run)

    return change


def _held(run: list[Reading]) -> list[Reading]:
    return _ascending([-(-t_s // HOUR_S) * HOUR_S for t_s, _ in run], run)


def _daily(run: list[Reading]) -> list[Reading]:
    return list({t_s // _DAY_S: (t_s, ml) for t_s, ml in reversed(run)}.values())[::-1]


def _ascending(stamps: list[int], run: list[Reading]) -> list[Reading]:
    """Of the same stamp the last reading."""
    return list({stamp: (stamp, ml) for stamp, (_, ml) in zip(stamps, run, strict=True)}.values())
