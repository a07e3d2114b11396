"""What the detectors of leaks are given and what they say. docs/leaks.md has the rules.

up_s is a clock that only goes on: seconds since power-on.
"""

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
        "no_flow_s",  # at most so long a pause, 864000 to 31536000
        "freeze_centi_c",  # notice; the alarm is at 0.5 degrees. 50 to 1000
    ),
)

ALL_KINDS = const(0x7FE)
_DAY_S = const(86_400)
_HOUR_S = const(3600)


def usual(weight_ml, weight_pulses, burst_s):
    """The Limits that were measured, for a pulse weight: docs/leaks.md."""
    pulse_ml = weight_ml // weight_pulses
    if pulse_ml <= 2000:
        long_run = 120 * 60, 24 * _HOUR_S, 36 * _HOUR_S, 72 * _HOUR_S
    elif pulse_ml <= 20_000:
        long_run = 150 * 60, 48 * _HOUR_S, 48 * _HOUR_S, 96 * _HOUR_S
    else:
        long_run = 8 * _HOUR_S, 72 * _HOUR_S, 72 * _HOUR_S, 144 * _HOUR_S
    return Limits(
        weight_ml,
        weight_pulses,
        ALL_KINDS,
        _HOUR_S,
        24 * _HOUR_S,
        72 * _HOUR_S,
        *long_run,
        2000,
        20_000,
        burst_s,
        1800,
        3600,
        150,
        10_000,
        28 * _DAY_S,
        300,
    )
