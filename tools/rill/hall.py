"""A Hall sensor on a turbine: from the times of its pulses to the edges on the line."""

from collections.abc import Iterable, Iterator

_SHORTEST_HALF_US = 500  # 1 kHz: no turbine of a household turns faster
_LONGEST_HALF_US = 500_000


def hall_edges(pulses_us: Iterable[int], begin_us: int) -> Iterator[tuple[int, int]]:
    """(t_us, level after it) for each pulse, 0 active; none before begin_us.

    Without bounce, and active for half of the way to the next pulse, half a second at the most.
    What comes faster than 1 kHz, or before begin_us, comes as soon after it as 1 kHz allows.
    """
    pulses = list(pulses_us)
    free_us = begin_us
    for number, at_us in enumerate(pulses):
        falls_us = max(at_us, free_us)
        following_us = pulses[number + 1] if number + 1 < len(pulses) else falls_us
        half_us = (following_us - falls_us) // 2
        half_us = min(max(half_us, _SHORTEST_HALF_US), _LONGEST_HALF_US)
        yield falls_us, 0
        yield falls_us + half_us, 1
        free_us = falls_us + half_us + _SHORTEST_HALF_US
