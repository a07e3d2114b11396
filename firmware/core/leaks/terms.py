"""What the rules for leaks are given, what they say and what all of them have: docs/leaks.md.

up_s is a clock that only goes on: seconds since power-on.
"""

import struct
from collections import namedtuple

from micropython import const

CONTINUOUS = const(1)
SMALL_LEAK = const(2)
BURST = const(3)
HIGH_USE = const(4)
REVERSE = const(5)
NO_FLOW = const(6)
FREEZE = const(7)
TAMPER = const(8)
BATTERY = const(9)
QUALITY = const(10)

NOTICE = const(1)
ALARM = const(2)

# Bits of Look.faults.
MAGNET = const(1)
CABLE = const(2)
OPENED = const(4)
CELL = const(8)  # the battery is below the slope to its planned life
ABOVE_LIMIT = const(16)  # a quality value

Look = namedtuple(
    "Look",
    (
        "up_s",
        "added_ml",  # forward, since the look before
        "pulses",  # forward, since the look before
        "reverse_ml",  # since the look before
        "ages_s",  # how long ago the newest pulses came, newest first; [] none known
        "bursts",  # the coprocessor's count of bursts, modulo 2**16
        "burst_age_s",  # of the newest one's flow, None: there is none
        "water_centi_c",  # None: not known
        "faults",
    ),
)
Change = namedtuple(
    "Change",
    (
        "kind",
        "before",  # level: 0 none, 1 notice, 2 alarm
        "level",
        "since_s",  # up_s at which the run or burst began
        "begin_s",  # up_s at which this level was raised; of an end, at which it ended
        "rate_ml_h",
        "rate_error_ml_h",
        "lost_ml",
    ),
)
Limits = namedtuple(
    "Limits",
    (
        "pulse_weight_ml",  # pulse_weight_pulses pulses are so much water
        "pulse_weight_pulses",
        "kinds",  # bit 1 << kind: watch for it
        "gap_s",  # continuous: without a pulse for so long, 600 to 86400, a run is over
        "notice_s",  # age of a run, 3600 to 2592000
        "alarm_s",
        "long_gap_s",  # the same for water that comes more seldom
        "long_notice_s",
        "busy_notice_s",  # in a home that uses more than 500 L a day
        "long_alarm_s",
        "slack_ml",  # small leak: more than usual in the quietest six hours, 100 to 100000
        "sum_ml",  # that, added up over days, 1000 to 1000000
        "burst_s",  # of the coprocessor's window (Sampling.burst_s), 0: it has no mark
        "burst_notice_s",  # 60 to 86400
        "burst_alarm_s",
        "high_use_percent",  # of the largest usual day, 110 to 1000
        "reverse_ml",  # in a day, 1 to 1000000
        "no_flow_s",  # a longer pause is a notice, 864000 to 31536000
        "freeze_centi_c",  # notice; the alarm is at 0.5 degrees. 50 to 1000
    ),
)

ALL_KINDS = const(0x7FE)
# Between two looks further apart than this nobody knows when the water came.
BLIND_S = const(7200)
_MOST = const(0xFFFFFFFF)  # more does not fit: water of a large main
_DAY_S = const(86_400)
_HOUR_S = const(3600)


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


def usual(weight_ml, weight_pulses, burst_s):
    """The Limits that were measured, for a pulse weight: docs/leaks.md."""
    pulse_ml = weight_ml // weight_pulses
    if pulse_ml <= 2000:
        long_run = 120 * 60, 24 * _HOUR_S, 36 * _HOUR_S, 72 * _HOUR_S
    elif pulse_ml <= 20_000:
        long_run = 150 * 60, 48 * _HOUR_S, 48 * _HOUR_S, 96 * _HOUR_S
    else:
        gap_s = min(8 * _HOUR_S, max(4 * _HOUR_S, pulse_ml // 125 * 36))  # a pulse at 12.5 L/h
        long_run = gap_s, 72 * _HOUR_S, 72 * _HOUR_S, 144 * _HOUR_S
    return Limits(
        weight_ml,
        weight_pulses,
        ALL_KINDS,
        _HOUR_S,
        24 * _HOUR_S,
        72 * _HOUR_S,
        *long_run,
        2000,
        min(1_000_000, max(20_000, 4 * pulse_ml)),  # fewer pulses may be how they fall
        burst_s,
        1800,
        3600,
        150,
        10_000,
        28 * _DAY_S,
        300,
    )
