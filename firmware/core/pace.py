"""Did the coprocessor really run while the chip slept? (micropython#5651, esp-idf#8048)

Each poll is followed by one of three known periods, so the polls account for the time that
passed. Both are in cycles of the same slow clock, whose error is thereby nothing.
"""

from micropython import const

LOWEST_PERCENT = const(80)  # half: it stops right after it starts; 0: it stands still in sleep
HIGHEST_PERCENT = const(125)
_SHORTEST = const(750_000)  # five seconds: in less, one poll at the edge would weigh too much
_MASK = const(0xFFFFFFFF)


def percent(elapsed_ticks, paced_ticks):
    """Of the elapsed cycles, how many the polls account for; None when too few have passed.

    paced_ticks: modulo 2**32, so that elapsed_ticks must be less.
    """
    if elapsed_ticks < _SHORTEST:
        return None
    return (paced_ticks & _MASK) * 100 // elapsed_ticks


def is_kept(found_percent):
    return LOWEST_PERCENT <= found_percent <= HIGHEST_PERCENT
