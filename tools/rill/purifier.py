"""What happens in a simulated water purifier: draws at the tap, flushes, and the membrane."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from rill.probes import Water
from rill.trace import DAY_S, Trace

FLUSH_PIN = 4
PULSES, PULSE_ML = 39, 10  # 3900 a litre, as in firmware/boards/purifier.py
_ML_PER_S = 20
_CREEP_PPM = 180.0  # more than the membrane lets pass, in the first water after standing
_CREEP_S = 12.0
_FLUSH_S = 20
_FLUSH_HOURS = (5, 17)


@dataclass(frozen=True)
class Purifier:
    """draws: (begin_s, length_s) in which it produces. flushes: the same, with the valve open.

    feed_ppm, product_ppm: dissolved solids before and behind the membrane.
    """

    draws: Sequence[tuple[int, int]]
    flushes: Sequence[tuple[int, int]]
    feed_ppm: float = 210.0
    product_ppm: float = 16.0

    def trace(self) -> Trace:
        """Its product, second by second."""
        rows = [
            (begin + second, _ML_PER_S)
            for begin, length in self.draws
            for second in range(1, length + 1)
        ]
        return Trace(rows, 1)

    def water(self) -> Water:
        return Water(ppm=lambda s: self.feed_ppm, product_ppm=self._product_ppm)

    def is_flushing(self, s: float) -> bool:
        return _at(self.flushes, s) is not None

    def numbers(self) -> dict:
        """What went in, as `rill simulate --json` prints it."""
        return {
            "produced_s": sum(length for _, length in self.draws),
            "filter_ml": sum(length for _, length in self.draws) * _ML_PER_S,
            "flushes": len(self.flushes),
            "flushed_s": sum(length for _, length in self.flushes),
            "rejection_permille": round(1000 * (1 - self.product_ppm / self.feed_ppm)),
        }

    def _product_ppm(self, s: float) -> float:
        since_s = _at(self.draws, s)
        # Where nothing flows, ions pass the membrane all the time.
        creep = _CREEP_PPM if since_s is None else _CREEP_PPM * math.exp(-since_s / _CREEP_S)
        return self.product_ppm + creep


def made_purifier(seed: int, days: int) -> Purifier:
    """Six to nine draws a day of 2.5 to 4.5 minutes, two flushes a day."""
    random = Random(seed)
    draws, flushes = [], []
    for day in range(days):
        hours = sorted(random.sample(range(6, 23), random.randint(6, 9)))
        for hour in hours:
            begin_s = day * DAY_S + hour * 3600 + random.randrange(60, 3000)
            draws.append((begin_s, random.randrange(150, 270)))
        flushes += [(day * DAY_S + hour * 3600 + 1800, _FLUSH_S) for hour in _FLUSH_HOURS]
    return Purifier(draws, [flush for flush in flushes if _at(draws, flush[0]) is None])


def _at(spans: Sequence[tuple[int, int]], s: float) -> float | None:
    """Seconds since the one began in which s lies."""
    number = bisect_right(spans, (s, math.inf)) - 1
    if number < 0:
        return None
    begin, length = spans[number]
    return s - begin if s < begin + length else None
