"""What all rules have: a level, the time at which it was raised, and a few bytes that last."""

import struct
from collections import namedtuple

from micropython import const

_MOST = const(0xFFFFFFFF)  # more does not fit: water of a large main
# Between two looks further apart than this nobody knows when the water came.
BLIND_S = const(7200)

# What rules know of each other.
Household = namedtuple(
    "Household",
    (
        "last_s",  # of the last pulse before this look
        "mean_ml",  # of a usual day
        "days",  # of use that are known, up to 255
    ),
)


class Rule:
    """Attributes: level (0 none, 1 notice, 2 alarm), begin_s, and those of FIELDS; signs: of
    tampering, which one of them may change.

    The Watch packs the levels and the signs.
    """

    FIELDS: tuple = ()
    LAYOUT = ""

    def __init__(self, limits, household):
        self._limits = limits
        self._household = household
        self.level = self.signs = self.begin_s = 0
        for name in self.FIELDS:
            setattr(self, name, 0)

    def begin(self, up_s):
        """Of a time that nobody saw nothing is known; what is on stays on."""
        self.begin_s = up_s

    def clear(self, up_s):
        """Somebody has seen to it: what has to last for a notice begins anew."""
        self.put(0, up_s)
        self.begin(up_s)

    def take(self, look, elapsed_s):
        """Each look comes here, elapsed_s seconds after the one before."""
        raise NotImplementedError

    def pack(self):
        values = [min(getattr(self, name), _MOST) for name in self.FIELDS]
        return struct.pack("<I" + self.LAYOUT, self.begin_s, *values)

    def unpack(self, content):
        self.begin_s, *values = struct.unpack("<I" + self.LAYOUT, content)
        for name, value in zip(self.FIELDS, values):
            setattr(self, name, value)

    def next_s(self, up_s):
        """When another look is needed beside the usual ones; None."""
        return None

    def since(self):
        """up_s of what the level is about."""
        return self.begin_s

    def loss(self, up_s):
        """(ml/h, its uncertainty, ml lost so far) of a rule that knows."""
        return 0, 0, 0

    def put(self, level, up_s):
        if level != self.level:
            self.level, self.begin_s = level, up_s
