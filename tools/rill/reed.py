"""A reed on a meter's dial: from the times of its pulses to the edges on the line."""

from collections.abc import Iterable, Iterator
from random import Random

_CLOSED_PERCENT = 40  # of a turn of the magnet
_SHORTEST_CLOSED_US = 120_000
_SHORTEST_OPEN_US = 180_000  # so that a burst of the trace stays one that a dial can turn
_BOUNCE_US = 4_000
_MOST_BOUNCES = 4


def reed_edges(pulses_us: Iterable[int], begin_us: int, seed: int) -> Iterator[tuple[int, int]]:
    """(t_us, level after it) for each pulse, 0 closed, with bounce; none before begin_us.

    The contact stays closed for 40 % of the way to the next pulse, however long that takes. What
    comes faster than a dial turns, or before begin_us, comes as soon after it as a dial allows.
    """
    random = Random(seed)
    pulses = list(pulses_us)
    free_us = begin_us
    for number, at_us in enumerate(pulses):
        closes_us = max(at_us, free_us)
        following_us = pulses[number + 1] if number + 1 < len(pulses) else closes_us + 1_000_000
        closed_us = max(_SHORTEST_CLOSED_US, (following_us - closes_us) * _CLOSED_PERCENT // 100)
        opens_us = closes_us + closed_us
        yield from _bouncing(random, closes_us, 0)
        yield from _bouncing(random, opens_us, 1)
        free_us = opens_us + _SHORTEST_OPEN_US


def _bouncing(random: Random, t_us: int, level: int) -> Iterator[tuple[int, int]]:
    """One change of level, and up to four closings or openings too many within 4 ms."""
    times = sorted(random.sample(range(_BOUNCE_US), 2 * random.randrange(_MOST_BOUNCES + 1)))
    yield t_us, level
    for number, after_us in enumerate(times):
        yield t_us + 1 + after_us, level ^ 1 ^ number & 1
