"""A made-up household: seeded water use at 1 s resolution, from published end-use statistics.

Sources, named by letter beside the figures:
  [S] SIMDEUM, Dutch homes: the model of Blokker, Vreeburg, van Dijk 2010, J. Water Resour.
      Plann. Manage. 136(1); figures rounded from the parameter tables of its open
      implementation (github KWR-Water/pysimdeum, data/NL/end_uses), not from the paper.
  [V] Vewin, Dutch water companies: "Watergebruik thuis 2010" (121 L per person and day; 57 L
      per machine wash, 15 L per dishwasher run), and figures of vitens.nl as a 2019
      article repeats them (shower 51.2, toilet 33.3, washing machine 14.3 L per person and
      day). A check on the sums below, not an input.
  "chosen" marks what is our guess, above all the hour weights (quiet nights, a morning peak,
      meals, evening). Also chosen: the flow is steady during a use, every home has every fixture.

Not modelled: baths, garden, absence, weekdays; what a person does doesn't depend on other uses.
"""

import math
import random
from dataclasses import dataclass

from rill.trace import DAY_S, Trace

HOUR_S = 3600
LONGEST_RUN_S = 1800  # chosen: bounds the long tail of the drawn durations

# Relative weight of a start in each hour of the day, 00h first (chosen).
# fmt: off
BODY_HOURS = (2, 1, 1, 1, 1, 2, 7, 10, 8, 6, 5, 5, 6, 5, 4, 5, 6, 7, 7, 7, 7, 8, 8, 5)
SHOWER_HOURS = (0, 0, 0, 0, 0, 2, 14, 20, 14, 8, 4, 2, 2, 2, 2, 2, 3, 4, 5, 6, 6, 6, 4, 1)
KITCHEN_HOURS = (0, 0, 0, 0, 0, 1, 4, 8, 8, 5, 4, 6, 10, 6, 4, 4, 7, 14, 14, 10, 6, 4, 3, 1)
MACHINE_HOURS = (0, 0, 0, 0, 0, 0, 1, 4, 8, 10, 10, 8, 6, 6, 5, 5, 5, 5, 6, 8, 8, 4, 1, 0)
# fmt: on


@dataclass(frozen=True)
class Fixture:
    """How one kind of use behaves.

    uses: mean number per person and day (Poisson).
    flow_ml_s: lowest and highest flow, drawn evenly once per use, millilitres per second.
    runs: (start, mean duration) of each stretch of flow, seconds from the start of the use.
    sigma: spread of the lognormal durations; 0 = always the mean.
    hours: 24 relative weights for the hour of the start.
    """

    uses: float
    flow_ml_s: tuple[int, int]
    runs: tuple[tuple[int, int], ...]
    sigma: float
    hours: tuple[int, ...]


FIXTURES = {
    # [S] 5.9 flushes, a 6 L cistern filling at 42 mL/s for 2.4 min; a saving button in 55 % of
    # homes, used for 70 % of flushes there. That it halves the flush is chosen.
    "toilet, full flush": Fixture(3.6, (42, 42), ((0, 144),), 0.0, BODY_HOURS),
    "toilet, saving flush": Fixture(2.3, (42, 42), ((0, 72),), 0.0, BODY_HOURS),
    # [S] 0.72 a day, 8.8 min, 123 or 142 mL/s. sigma gives the spread of SIMDEUM's chi-square.
    "shower": Fixture(0.72, (123, 142), ((0, 528),), 0.45, SHOWER_HOURS),
    # [S] 12.8 uses a day in a home of three: 37.5 % drinking and cooking, 25 % dishes, 25 %
    # hands, 12.5 % other; lognormal durations. The lowest flow (SIMDEUM: 0) is chosen.
    "kitchen tap, food": Fixture(1.6, (10, 167), ((0, 15),), 1.0, KITCHEN_HOURS),
    "kitchen tap, dishes": Fixture(1.07, (10, 250), ((0, 45),), 1.0, KITCHEN_HOURS),
    "kitchen tap, hands": Fixture(1.07, (10, 167), ((0, 13),), 1.0, KITCHEN_HOURS),
    "kitchen tap, other": Fixture(0.53, (10, 167), ((0, 37),), 1.0, KITCHEN_HOURS),
    # [S] 4.1 uses a day: a third washing or shaving, two thirds teeth.
    "bath tap, washing": Fixture(1.37, (10, 83), ((0, 40),), 1.0, BODY_HOURS),
    "bath tap, teeth": Fixture(2.73, (10, 83), ((0, 15),), 1.0, BODY_HOURS),
    # Chosen: hands washed once per flush, as long as [S] at the kitchen tap.
    "bath tap, hands": Fixture(5.9, (10, 83), ((0, 13),), 1.0, BODY_HOURS),
    # [S] 0.29 washes a day of 50 L. The four fills and their flow are chosen.
    "washing machine": Fixture(
        0.29, (150, 150), ((0, 108), (2400, 75), (3300, 75), (4200, 75)), 0.0, MACHINE_HOURS
    ),
    # [S] 0.19 runs a day, fills of 24, 24, 24 and 12 s at 167 mL/s: 14 L.
    "dishwasher": Fixture(
        0.19, (167, 167), ((0, 24), (1860, 24), (3660, 24), (5460, 12)), 0.0, KITCHEN_HOURS
    ),
}


def household(seed: int, days: int, people: int = 3) -> Trace:
    """One household's water use, a row per second with flow, t_s in 1..days*86400.

    The same arguments always give the same trace, and a longer trace begins with the shorter
    one of the same seed and people. days, people: >= 1, else ValueError. The mean is about
    115 L per person and day.
    """
    if days < 1 or people < 1:
        raise ValueError(f"expected days and people of 1 or more, got {days} and {people}")
    rng = random.Random(seed)
    flow_ml: dict[int, int] = {}
    for day in range(days):
        for fixture in FIXTURES.values():
            for _ in range(_poisson(rng, fixture.uses * people)):
                _add_use(rng, flow_ml, fixture, day * DAY_S)
    return Trace(sorted(row for row in flow_ml.items() if row[0] <= days * DAY_S), step_s=1)


def _add_use(rng: random.Random, flow_ml: dict[int, int], fixture: Fixture, day_s: int) -> None:
    """Add one use that starts within the day beginning at day_s to the flow per second."""
    hour = rng.choices(range(24), fixture.hours)[0]
    start_s = day_s + hour * HOUR_S + rng.randrange(HOUR_S)
    ml_per_s = rng.randint(*fixture.flow_ml_s)
    for offset_s, mean_s in fixture.runs:
        # Water that flows during second n is reported at its end, so the first row is start + 1.
        first_s = start_s + offset_s + 1
        for t_s in range(first_s, first_s + _duration_s(rng, mean_s, fixture.sigma)):
            flow_ml[t_s] = flow_ml.get(t_s, 0) + ml_per_s


def _duration_s(rng: random.Random, mean_s: int, sigma: float) -> int:
    """A lognormal duration with the given mean, 1..LONGEST_RUN_S whole seconds."""
    drawn_s = rng.lognormvariate(math.log(mean_s) - sigma * sigma / 2, sigma)
    return min(max(round(drawn_s), 1), LONGEST_RUN_S)


def _poisson(rng: random.Random, mean: float) -> int:
    """A Poisson number: how many exponential waits of mean 1 fit into `mean`."""
    count = 0
    waited = rng.expovariate(1.0)
    while waited < mean:
        count += 1
        waited += rng.expovariate(1.0)
    return count
