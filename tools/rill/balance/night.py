"""The night minimum: when nearly everybody sleeps, most of the inflow is a leak."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import mean, median
from typing import NamedTuple

from rill.balance.account import INFLOW_METER, Assumed, Value, losses, root
from rill.balance.district import District
from rill.balance.steps import Step

_BEGINS, _ENDS = 2, 5  # o'clock, local time
_FEWEST = 3  # nights
# Leakage follows the pressure, which is highest at night unless it is controlled: the mean of a
# day is 85 to 105 % of the night's, an hour-day factor of 20 to 25.
_DAY_FACTOR, _DAY_FACTOR_ERROR = 0.95, 0.1
# Registers read at any minute, with a line between them, blur the hours: a twelfth of the bend.
_BLUR = 1 / 12
_ML_M3 = 1e6


class Night(NamedTuple):
    """One night, ml in an hour. inflow, homes: of the hour with the least inflow; loss: mean."""

    day: str
    inflow: float
    homes: float
    loss: float


class Nights(NamedTuple):
    """What the nights of a period say; ml in an hour, real: ml in all used hours."""

    nights: list[Night]
    inflow: float
    homes: float
    loss: float
    real: Value


def nights(one: District, assumed: Assumed, steps: Sequence[Step]) -> Nights | None:
    """None when fewer than three nights have hourly readings.

    Legitimate use is what the homes' own meters say of the same hour, corrected by what they miss.
    steps: what they lost is known by the hour and is not taken from the nights.
    """
    by_day: dict[str, list[int]] = {}
    for hour in one.sharp:
        if _BEGINS <= one.clock.hour_of_day(hour) < _ENDS:
            by_day.setdefault(one.clock.day(hour), []).append(hour)
    if len(by_day) < _FEWEST:
        return None
    found = [_night(one, assumed, day, hours) for day, hours in by_day.items()]
    background = [
        night.loss - mean(_in_steps(hour, steps) for hour in hours)
        for night, hours in zip(found, by_day.values(), strict=True)
    ]
    inflow, homes = mean(night.inflow for night in found), mean(night.homes for night in found)
    return Nights(
        found,
        median(night.inflow for night in found),
        median(night.homes for night in found),
        median(night.loss for night in found),
        _real(one, assumed, steps, background, inflow, homes, _bend(one, by_day)),
    )


def disagreement(account: Value, night: Value) -> str | None:
    """A sentence when the two real losses, ml, differ by more than both of their uncertainties."""
    more = account.value - night.value
    if abs(more) <= account.uncertainty + night.uncertainty:
        return None
    said, guessed = (
        f"{v.value / _ML_M3:.1f} +- {v.uncertainty / _ML_M3:.1f}" for v in (account, night)
    )
    when = "day" if more > 0 else "night"
    return (
        f"the account says that {said} m3 were really lost, the nights {guessed}: there is use by "
        f"{when} that no meter counts, or the homes' meters miss another share than assumed"
    )


def _night(one: District, assumed: Assumed, day: str, hours: list[int]) -> Night:
    hour = min(hours, key=one.inflow_of)
    loss = mean(losses(one, assumed, hours))
    return Night(day, one.inflow_of(hour), one.homes.ml[hour], loss)


def _in_steps(hour: int, steps: Sequence[Step]) -> float:
    """What all steps lose in an hour, ml."""
    return sum(
        step.rate_ml_h
        for step in steps
        if (step.begin is None or step.begin <= hour) and (step.end is None or hour < step.end)
    )


def _bend(one: District, by_day: dict[str, list[int]]) -> float:
    """How the use of the homes bends at night, ml an hour: its mean second difference."""
    ml = one.homes.ml
    return mean(
        ml[hour - 1] - 2 * ml[hour] + ml[hour + 1]
        for hours in by_day.values()
        for hour in hours
        if 0 < hour < len(ml) - 1
    )


def _real(
    one: District,
    assumed: Assumed,
    steps: Sequence[Step],
    background: list[float],
    inflow: float,
    homes: float,
    bend: float,
) -> Value:
    """All in ml an hour of a mean night. Half of the unbilled use is taken to be in it."""
    hours = len(one.used)
    changes = [after - before for before, after in pairwise(background)]
    # One change lies anywhere between two nights.
    between = hours / len(background) / 12**0.5 * sum(change * change for change in changes) ** 0.5
    unbilled = assumed.unbilled(sum(one.inflow_of(hour) for hour in one.used)).value / 2
    loss = mean(background) * hours
    stepped = sum(_in_steps(hour, steps) for hour in one.used)
    return Value(
        loss * _DAY_FACTOR + stepped - unbilled,
        root(
            loss * _DAY_FACTOR_ERROR,
            inflow * hours * INFLOW_METER,
            homes * hours * assumed.low,
            2 * bend * _BLUR * hours,
            2 * between,
            unbilled,
            *(step.uncertainty_ml_h / step.rate_ml_h * step.ml for step in steps),
        ),
    )
