"""Steps in the loss of a district: when a pipe burst, how much it loses, when it was repaired.

The loss of each hour is freed from its daily course and cut into stretches of constant loss such
that the weighted squares about their means, with a price for each cut, are least (optimal
partitioning: Jackson 2005, doi 10.1109/LSP.2001.838216; pruned: Killick 2012, doi
10.1080/01621459.2012.737745).
"""

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from math import inf, log
from statistics import median
from typing import NamedTuple

from rill.balance.account import INFLOW_METER

_PRICE = 4.0  # times log(n): twice that of the Bayesian criterion, for what is not Gaussian
_SHORTEST = 4  # hours
_LONGEST = (
    1000  # hours of a stretch; longer ones come of equal ones: the time is in proportion then
)
_DAY = 24
_LAGS = 12  # hours
_QUANTILE, _QUANTILE_SIGMA = 0.8, 1.2816  # of the size of Gaussian noise
_VARIANCE_OF_MEDIAN = 1.57  # pi / 2, of a Gaussian, against that of the mean
_LEAST_SIGMA = 0.002  # of the mean inflow: a meter's own noise
_LEAST_STEP = 0.05  # of the mean inflow: less is what meters within 2 % make of another day's use


class Step(NamedTuple):
    """More loss by rate_ml_h (95 %: +- uncertainty_ml_h), from hour begin until before hour end.

    begin: None when it ran from the start; end: None when it runs still. ml: in all its hours.
    """

    begin: int | None
    end: int | None
    rate_ml_h: float
    uncertainty_ml_h: float
    ml: float


class _Stretch(NamedTuple):
    """Hours begin to before end, the loss the same in all of them as far as can be told."""

    begin: int
    end: int
    mean: float
    variance: float
    weight: float


def find_steps(
    hours: Sequence[int], loss_ml: Sequence[float], inflow_ml: float, clock: Callable[[int], int]
) -> list[Step]:
    """hours: ascending numbers of those whose loss_ml is known; inflow_ml: mean of an hour.

    clock: the local hour of the day, 0 to 23, in which an hour begins.
    """
    if inflow_ml <= 0:
        return []
    rest, weights, factor = _without_days(
        loss_ml, [clock(hour) for hour in hours], _LEAST_SIGMA * inflow_ml
    )
    cuts = _cuts(rest, weights, _PRICE * log(len(rest)) * factor)
    # The mean of a few hours has the error of the daily course, a median of so many days.
    course = _VARIANCE_OF_MEDIAN * _DAY / len(rest)
    groups = []
    for begin, end in pairwise(cuts):
        weight = sum(weights[begin:end])
        products = (w * x for w, x in zip(weights[begin:end], rest[begin:end], strict=True))
        mean = sum(products) / weight
        variance = (factor + course * (end - begin)) / weight
        groups.append([_Stretch(hours[begin], hours[end - 1] + 1, mean, variance, weight)])
    least = _LEAST_STEP * inflow_ml
    while True:
        changes = [abs(_change(*two, least)[0]) for two in pairwise(groups)]
        if min(changes, default=inf) >= least:
            return _paired(groups, least)
        at = changes.index(min(changes))
        groups[at : at + 2] = [groups[at] + groups[at + 1]]


def _change(before: list[_Stretch], after: list[_Stretch], least: float) -> tuple[float, float]:
    """From one group of stretches to the next, and its noise of 95 %.

    It is that at the cut, whatever small loss came or went at other times; where little changes
    at the cut, that of the means: a loss that grows in small pieces.
    """
    one, other = before[-1], after[0]
    if abs(other.mean - one.mean) < least:
        one, other = _pooled(before), _pooled(after)
    return other.mean - one.mean, 2 * (one.variance + other.variance) ** 0.5


def _pooled(group: list[_Stretch]) -> _Stretch:
    """All of a group as one, as uncertain as its stretches differ."""
    weight = sum(one.weight for one in group)
    mean = sum(one.weight * one.mean for one in group) / weight
    variance = sum(
        (one.weight / weight) ** 2 * one.variance + one.weight / weight * (one.mean - mean) ** 2
        for one in group
    )
    return _Stretch(group[0].begin, group[-1].end, mean, variance, weight)


def _without_days(loss, clocks, least_sigma):
    """The loss without its daily course; the weight of each hour; how much noise persists.

    That is the variance of a mean against that of as many independent hours.
    """
    half = _DAY // 2
    level = [median(loss[max(0, n - half) : n + half]) for n in range(len(loss))]
    by_clock: dict[int, list[float]] = {}
    for one, mean, clock in zip(loss, level, clocks, strict=True):
        by_clock.setdefault(clock, []).append(one - mean)
    shape = {clock: median(values) for clock, values in by_clock.items()}
    sigma = {
        clock: max(
            least_sigma,
            _sigma(
                [
                    value - shape[near]
                    for near in ((clock - 1) % _DAY, clock, (clock + 1) % _DAY)
                    for value in by_clock.get(near, ())
                ]
            ),
        )
        for clock in by_clock
    }
    rest = [one - shape[clock] for one, clock in zip(loss, clocks, strict=True)]
    noise = [
        max(-3.0, min(3.0, (one - mean) / sigma[clock]))
        for one, mean, clock in zip(rest, level, clocks, strict=True)
    ]
    power = sum(one * one for one in noise) or 1.0
    persisting = sum(
        sum(a * b for a, b in zip(noise, noise[lag:], strict=False)) for lag in range(1, _LAGS + 1)
    )
    factor = max(1.0, 1 + 2 * persisting / power)
    return rest, [sigma[clock] ** -2 for clock in clocks], factor


def _sigma(noise):
    """Of most of it: a burst is no noise. Nor is it Gaussian: its tails have to count."""
    sizes = sorted(map(abs, noise))
    return sizes[int(_QUANTILE * len(sizes))] / _QUANTILE_SIGMA


def _cuts(rest, weights, price):
    """Places 0, ..., len(rest) between which the rest is as good as constant."""
    count = len(rest)
    sum_w = [0.0, *accumulate(weights)]
    sum_x = [0.0, *accumulate(w * x for w, x in zip(weights, rest, strict=True))]
    # The squares themselves are the same in any partition: only what the means explain matters.
    best = [-price] + [inf] * count
    came = [0] * (count + 1)
    candidates = [0]
    for end in range(_SHORTEST, count + 1):
        costs = [
            best[at] - (sum_x[end] - sum_x[at]) ** 2 / (sum_w[end] - sum_w[at])
            for at in candidates
        ]
        least = min(costs)
        best[end] = least + price
        came[end] = candidates[costs.index(least)]
        candidates = [
            at
            for at, cost in zip(candidates, costs, strict=True)
            if end - at < _LONGEST and (cost <= best[end] or end - at < _SHORTEST)
        ]
        if end - _SHORTEST + 1 >= _SHORTEST:
            candidates.append(end - _SHORTEST + 1)
    cuts = [count]
    while cuts[-1]:
        cuts.append(came[cuts[-1]])
    return cuts[::-1]


def _paired(groups: list[list[_Stretch]], least: float) -> list[Step]:
    """Each rise with the fall that ends it: one of its size, or else the latest that is left."""
    rises: list[tuple[int, float, float]] = []
    falls: list[tuple[int, float, float]] = []
    steps = []
    for before, after in pairwise(groups):
        change, error = _change(before, after, least)
        at = after[0].begin
        if change > 0:
            rises.append((at, change, error))
            continue
        fits = [one for one in rises if abs(one[1] + change) <= (one[2] ** 2 + error**2) ** 0.5]
        if fits:
            begin, rate, rate_error = fits[-1]
            rises.remove(fits[-1])
            steps.append(_step(begin, at, rate, rate_error))
        else:
            falls.append((at, -change, error))
    for at, fall, error in falls:
        while fall >= least and (open_rises := [one for one in rises if one[0] < at]):
            latest = begin, rate, rate_error = max(open_rises)
            rises.remove(latest)
            steps.append(_step(begin, at, rate, rate_error))
            fall -= rate
            if -fall > rate / 2:  # only a part of it is over
                rises.append((at, -fall, error))
        if fall >= max(least, error):
            steps.append(_step(None, at, fall, error, groups[0][0].begin))
    end = groups[-1][-1].end
    steps += [_step(begin, None, rate, error, end) for begin, rate, error in rises]
    return sorted(steps, key=lambda step: step.begin or 0)


def _step(begin, end, rate, noise, edge=0):
    """edge: the first hour, or the one behind the last, of what has no begin or no end."""
    error = (noise**2 + (INFLOW_METER * rate) ** 2) ** 0.5
    first = edge if begin is None else begin
    last = edge if end is None else end
    return Step(begin, end, rate, error, rate * (last - first))
