"""A leak too small for a run of coarse pulses: the quietest six hours hold more than usual.

A cumulative sum (Page's CUSUM) of what is above the restless ones of the last ten days. It takes
any six hours, so it needs no clock; a guest who stays for days or a new habit looks the same, so
it is a notice only.
"""

import struct

from micropython import const

from firmware.core.leaks.rule import BLIND_S, Rule
from firmware.core.leaks.terms import SMALL_LEAK

_HOUR_S = const(3600)
_EARLY_S = const(60)  # an hour's look may be a little early
_WINDOW = const(6)  # hours
_DAY = const(24)
_DAYS = const(10)
_MUCH = const(7)  # of ten days in order: two were more restless
_LITTLE = const(2)  # two were quieter
_DL_ML = const(100)
_NONE = const(0xFFFF)
_QUIET_DAYS = const(2)  # without more than usual: it has ended
_HOURS = const("<5H")
_HOURS_AT = const(24)
_QUIETEST = const("<10H")
_DAYS_AT = const(34)


class SmallLeak(Rule):
    """Attributes beside those of a Rule; water in units of 100 ml:

    since_s: end of the last day before it rose
    hour_s, hour_ml: begin of this hour, and its water
    hours: of the last five hours
    least: of six hours in a row of this day; age: hours of this day
    total: the cumulative sum
    excess: of the last day over the median; of an end, of the last day of it
    quiet: days without, while it is on
    days: the least of each of the last ten days without a leak
    """

    since_s: int
    hour_s: int
    hour_ml: int
    least: int
    age: int
    total: int
    excess: int
    quiet: int
    hours: list
    days: list

    FIELDS = ("since_s", "hour_s", "hour_ml", "least", "age", "total", "excess", "quiet")
    LAYOUT = "IIIHBHHB"

    def begin(self, up_s):
        super().begin(up_s)
        self.since_s = self.hour_s = up_s
        self.hour_ml = self.age = self.total = 0
        self.least = _NONE
        self.hours = []

    def pack(self):
        return super().pack() + _packed(_HOURS, self.hours) + _packed(_QUIETEST, self.days)

    def unpack(self, content):
        super().unpack(content[:_HOURS_AT])
        self.hours = _unpacked(_HOURS, content[_HOURS_AT:_DAYS_AT])
        self.days = _unpacked(_QUIETEST, content[_DAYS_AT:])

    def take(self, look, elapsed_s):
        if elapsed_s > BLIND_S:
            self.hours, self.hour_s, self.hour_ml = [], look.up_s, 0
            return
        self.hour_ml += look.added_ml
        if look.up_s - self.hour_s < _HOUR_S - _EARLY_S:
            return
        hours = self.hours + [min(_NONE - 1, self.hour_ml // _DL_ML)]
        self.hour_s, self.hour_ml = look.up_s, 0
        if len(hours) == _WINDOW:
            self.least = min(self.least, sum(hours))
        self.hours = hours[1 - _WINDOW :]
        self.age += 1
        if self.age >= _DAY:
            if self.least < _NONE:
                self._end_day(self.least, look.up_s)
            self.least, self.age = _NONE, 0

    def since(self):
        return self.since_s

    def loss(self, up_s):
        limits = self._limits
        error_ml = limits.pulse_weight_ml // limits.pulse_weight_pulses
        if self.days:
            error_ml += _DL_ML * (max(self.days) - min(self.days)) // 2
        rate = self.excess * _DL_ML // _WINDOW
        return rate, error_ml // _WINDOW, rate * (up_s - self.since_s) // _HOUR_S

    def _end_day(self, least, up_s):
        if len(self.days) < _DAYS:
            self.days.append(least)
            self.since_s = up_s
            return
        limits = self._limits
        days, limit = sorted(self.days), limits.sum_ml // _DL_ML
        over = least - days[_MUCH] - limits.slack_ml // _DL_ML
        # One wild night is no leak, nor are two; and a leak has no night as quiet as before.
        self.total = min(2 * limit, max(0, self.total + min(over, limit // 2)))
        if least <= days[_LITTLE]:
            self.total = 0
        if over > 0 or not self.level:
            self.excess = max(0, least - days[_DAYS // 2])
        if self.level:
            self.quiet = self.quiet + 1 if over <= 0 else 0
            if self.quiet >= _QUIET_DAYS:
                self.total = 0
                self.put(0, up_s)
            return
        if self.total > limit:
            self.quiet = 0
            self.put(1, up_s)
            return
        self.days = self.days[1:] + [least]
        if not self.total:
            self.since_s = up_s


def rules(limits, household):
    return ((SMALL_LEAK, SmallLeak(limits, household)),)


def _packed(layout, values):
    return struct.pack(layout, *(values + [_NONE] * (struct.calcsize(layout) // 2 - len(values))))


def _unpacked(layout, content):
    return [value for value in struct.unpack(layout, content) if value != _NONE]
