"""How thoroughly a wake is cut: at some port calls, in tests/prove/test_every_cut.py at each."""

import random

random.seed(7)

MEAN = 16  # port calls from one cut to the next; run_one.py sets 1


def next_cut(cut):
    """The port call of the next wake that is reset; 0 comes before the first."""
    return cut + random.randint(1, 2 * MEAN - 1)


def is_every():
    """Each port call is one."""
    return MEAN == 1
