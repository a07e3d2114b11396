"""Made districts whose losses are known: homes that draw water as people do, and their meters.

Everything is seeded. What a utility can't know is drawn from what docs/balance.md assumes of it.
"""

from bisect import bisect_right
from itertools import accumulate
from math import cos, pi
from random import Random
from typing import NamedTuple

from rill.balance.account import Assumed, balance
from rill.balance.district import district
from rill.balance.inflow import inflow_register
from rill.balance.night import nights
from rill.balance.registers import register
from rill.balance.timing import steps_of

HOUR_S, DAY_S = 3600, 86400
ASSUMED = Assumed()
# How much is drawn in each hour of a day, relative.
_COURSE = (4, 2, 2, 2, 3, 8, 22, 34, 30, 22, 18, 18, 20, 18, 15, 15, 18, 24, 30, 30, 26, 20, 14, 8)
_DRAWS = ((1_500, 15), (6_000, 60), (9_000, 120), (45_000, 400))  # ml, s
_SHARES = (60, 30, 25, 4)


class Made(NamedTuple):
    """What the meters show, ml, and what is true of it.

    inflow: (t_s, ml of the hour, register); homes: of each its readings (t_s, register).
    flows_ml, losses_ml: what really came in, and was really lost, in each hour.
    burst: (begin_s, end_s, rate in ml/h), or None.
    """

    inflow: list[tuple[int, int | None, int | None]]
    homes: dict[str, list[tuple[int, int]]]
    flows_ml: list[float]
    losses_ml: list[float]
    burst: tuple[int, int, float] | None


def made_district(
    seed: int,
    homes: int = 30,
    days: int = 21,
    has_burst: bool = True,
    has_small_loss: bool = False,
    is_on_the_hour: bool = False,
) -> Made:
    """Each home is read hourly, at its own minute or on the hour, some seconds early or late.

    has_small_loss: another loss that comes and goes, too small for a step.
    """
    random = Random(seed)
    hours = days * 24
    true_ml = [0.0] * hours
    low = min(0.04, max(0.0, random.gauss(0.02, 0.01)))
    shown = {}
    for number in range(homes):
        draws = _draws(random, days)
        for t_s, ml in draws:
            true_ml[t_s // HOUR_S] += ml
        factor = (1 - low) * random.uniform(0.99, 1.01)
        minute_s, start_ml = random.randrange(HOUR_S), random.randrange(10**9)
        minute_s = 0 if is_on_the_hour else minute_s
        shown[f"home-{number:03}"] = _readings(random, draws, factor, hours, minute_s, start_ml)
    use_ml = sum(true_ml)
    burst = _burst(random, hours, use_ml / hours) if has_burst else None
    real = _losses(random, hours, use_ml / hours, burst)
    if has_small_loss:
        _add_small_loss(Random(f"{seed}, small"), real, use_ml / hours)
    unbilled_ml = random.uniform(0.0025, 0.0125) * (use_ml + sum(real))
    error = random.uniform(0.98, 1.02)
    flows = [(use + loss + unbilled_ml / hours) for use, loss in zip(true_ml, real, strict=True)]
    counted = [round(total) for total in accumulate(flow * error for flow in flows)]
    inflow = [
        ((n + 1) * HOUR_S, total - before, total)
        for n, (before, total) in enumerate(zip([0, *counted], counted, strict=False))
    ]
    return Made(inflow, shown, flows, real, burst)


def _draws(random: Random, days: int) -> list[tuple[int, int]]:
    """The draws of one home, each spread over its minutes: (t_s, ml), ascending."""
    size, found = random.uniform(0.5, 1.8), []
    for day in range(days):
        for _ in range(round(size * random.uniform(20, 35))):
            hour = random.choices(range(24), _COURSE)[0]
            begin_s = day * DAY_S + hour * HOUR_S + random.randrange(HOUR_S)
            ml, length_s = random.choices(_DRAWS, _SHARES)[0]
            parts = max(1, length_s // 60)
            found += [(begin_s + 60 * part, ml // parts) for part in range(parts)]
    return sorted((t_s, ml) for t_s, ml in found if t_s < days * DAY_S)


def _readings(random, draws, factor, hours, minute_s, start_ml):
    times = [t_s for t_s, _ in draws]
    sums = [0, *accumulate(ml for _, ml in draws)]
    stamps = [n * HOUR_S + minute_s + random.randint(-5, 5) for n in range(-1, hours + 1)]
    return [
        (t_s, start_ml + round(sums[bisect_right(times, t_s)] * factor / 1000) * 1000)
        for t_s in stamps
        if t_s >= 0
    ]


def _burst(random, hours, mean_ml_h):
    length = random.randint(12, 24 * 7)
    begin = random.randint(30, hours - length - 30)
    rate_ml_h = mean_ml_h * random.uniform(0.3, 2.0)
    return begin * HOUR_S, (begin + length) * HOUR_S, rate_ml_h


def _losses(random, hours, mean_ml_h, burst):
    """Each hour's real loss: with the pressure, which is highest at night, and a burst."""
    background_ml_h, swing = mean_ml_h * random.uniform(0.05, 0.4), random.uniform(0, 0.1)
    losses = [background_ml_h * (1 + swing * cos(2 * pi * (n - 3) / 24)) for n in range(hours)]
    if burst:
        for n in range(burst[0] // HOUR_S, burst[1] // HOUR_S):
            losses[n] += burst[2]
    return losses


def _add_small_loss(random, losses, mean_ml_h):
    length = random.randint(len(losses) // 6, len(losses) // 2)
    begin = random.randint(0, len(losses) - length)
    rate_ml_h = mean_ml_h * random.uniform(0.02, 0.045)
    for n in range(begin, begin + length):
        losses[n] += rate_ml_h


def write_files(made, folder):
    """The two files of `rill balance`; their paths."""
    inflow, homes = folder / "inflow.csv", folder / "homes.csv"
    rows = [f"{t_s},{_litres(hour)},{_litres(total)}" for t_s, hour, total in made.inflow]
    inflow.write_text("\n".join(["t_s,inflow_l,reading_l", *rows]) + "\n")
    rows = [
        f"{name},{t_s},{_litres(total)}"
        for name, readings in made.homes.items()
        for t_s, total in readings
    ]
    homes.write_text("\n".join(["home,t_s,reading_l", *rows]) + "\n")
    return inflow, homes


def _litres(ml):
    return "" if ml is None else f"{ml // 1000}.{ml % 1000:03}"


def joined(made):
    """The District of it."""
    homes = {name: register(rows) for name, rows in made.homes.items()}
    return district(inflow_register(made.inflow), homes, None)


def within(value, truth):
    return abs(value.value - truth) <= value.uncertainty


def found(made):
    """Whether each of these was right: input, real loss by balance, by nights, and the steps."""
    real_ml = sum(made.losses_ml)
    one = joined(made)
    account, steps = balance(one, ASSUMED), steps_of(one, ASSUMED)
    night = nights(one, ASSUMED, steps)
    return (
        within(account.input, sum(made.flows_ml)),
        within(account.real, real_ml),
        within(night.real, real_ml),
        is_found(made, steps),
    )


def is_found(made, steps):
    """The burst alone, begin and end within two hours, its rate within what is stated."""
    if made.burst is None:
        return not steps
    begin_s, end_s, rate_ml_h = made.burst
    return (
        len(steps) == 1
        and None not in (steps[0].begin, steps[0].end)
        and abs(steps[0].begin - begin_s // HOUR_S) <= 2
        and abs(steps[0].end - end_s // HOUR_S) <= 2
        and abs(steps[0].rate_ml_h - rate_ml_h) <= steps[0].uncertainty_ml_h
    )


def shares_found(seeds, **more):
    """In which share of made districts each of these was right, of found()."""
    results = [found(made_district(seed, **more)) for seed in seeds]
    return [sum(column) / len(results) for column in zip(*results, strict=True)]
