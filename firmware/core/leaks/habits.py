"""What is unusual for this household: restless hours, a day of much use, weeks without water."""

import struct

from micropython import const

from firmware.core.leaks.terms import BLIND_S, HIGH_USE, NO_FLOW, SMALL_LEAK, Rule

_DAY_S = const(86_400)
_HOUR_S = const(3600)
_EARLY_S = const(60)  # an hour's look may be a little early
# The quietest hours.
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
# Days.
_LEARNING_DAYS = const(14)
_MOST_DAYS = const(255)
_MEAN_DAYS = const(16)
_PEAK_DAYS = const(32)  # the largest day is forgotten by this share a day
_FLOOR_ML = const(300_000)  # less than this is never much for a day


class SmallLeak(Rule):
    """A leak too small for a run of coarse pulses: the quietest six hours hold more than usual.

    A cumulative sum (Page's CUSUM) of what is above the restless ones of the last ten days. It
    takes any six hours, so it needs no clock; a guest who stays for days or a new habit looks the
    same, so it is a notice only.

    Attributes beside those of a Rule; water in units of 100 ml:

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


class HighUse(Rule):
    """Attributes beside those of a Rule:

    day_s, day_ml: begin of this day (24 hours since the last one), and its water
    mean_ml, peak_ml: of usual days
    days: with water that were learned, up to 255
    """

    day_s: int
    day_ml: int
    mean_ml: int
    peak_ml: int
    days: int

    FIELDS = ("day_s", "day_ml", "mean_ml", "peak_ml", "days")
    LAYOUT = "IIIIB"

    def begin(self, up_s):
        super().begin(up_s)
        self.day_s, self.day_ml = up_s, 0

    def take(self, look, elapsed_s):
        now_s = look.up_s
        if elapsed_s > BLIND_S:
            self.day_s, self.day_ml = now_s, 0
            return
        self.day_ml += look.added_ml
        limit_ml = self._limit_ml()
        if limit_ml and self.day_ml > limit_ml:
            self.put(max(self.level, 2 if self.day_ml > 2 * limit_ml else 1), now_s)
        if now_s - self.day_s >= _DAY_S - _EARLY_S:
            if self.day_ml <= limit_ml:
                self.put(0, now_s)
            if self.day_ml:  # nobody is at home: that is no habit
                self._learn(min(self.day_ml, limit_ml) if limit_ml else self.day_ml)
            self.day_s, self.day_ml = now_s, 0

    def since(self):
        return self.begin_s

    def loss(self, up_s):
        hours = max(1, (up_s - self.day_s) // _HOUR_S)
        over_ml = max(0, self.day_ml - self.mean_ml)
        return over_ml // hours, (self.peak_ml - self.mean_ml) // 24, over_ml

    def _limit_ml(self):
        if self.days < _LEARNING_DAYS:
            return 0
        most_ml = self.peak_ml * self._limits.high_use_percent // 100
        return max(most_ml, 2 * self.mean_ml, _FLOOR_ML)

    def _learn(self, used_ml):
        share = min(self.days + 1, _MEAN_DAYS)
        self.mean_ml += (used_ml - self.mean_ml) // share
        self.peak_ml = max(used_ml, self.peak_ml - self.peak_ml // _PEAK_DAYS)
        self.days = min(_MOST_DAYS, self.days + 1)


class NoFlow(Rule):
    """It learns no pauses: a home of daily use goes on holiday, too."""

    def take(self, look, elapsed_s):
        now_s, home, limit_s = look.up_s, self._household, self._limits.no_flow_s
        pause_s = now_s - home.last_s
        if look.pulses:
            self.put(0, now_s)
        elif home.days and pause_s > limit_s:
            self.put(max(self.level, 2 if pause_s > 2 * limit_s else 1), now_s)

    def since(self):
        return self._household.last_s


def rules(limits, household):
    return (
        (SMALL_LEAK, SmallLeak(limits, household)),
        (HIGH_USE, HighUse(limits, household)),
        (NO_FLOW, NoFlow(limits, household)),
    )


def _packed(layout, values):
    return struct.pack(layout, *(values + [_NONE] * (struct.calcsize(layout) // 2 - len(values))))


def _unpacked(layout, content):
    return [value for value in struct.unpack(layout, content) if value != _NONE]
