"""What this household uses in a day, and how long it pauses: much more, or nothing at all."""

from micropython import const

from firmware.core.leaks.rule import BLIND_S, Rule
from firmware.core.leaks.terms import HIGH_USE, NO_FLOW

_DAY_S = const(86_400)
_HOUR_S = const(3600)
_EARLY_S = const(60)
_LEARNING_DAYS = const(14)
_MOST_DAYS = const(255)
_MEAN_DAYS = const(16)
_PEAK_DAYS = const(32)  # the largest day is forgotten by this share a day
_FLOOR_ML = const(300_000)  # less than this is never much for a day
_SHORTEST_PAUSE_S = const(10 * _DAY_S)
_PAUSES = const(3)  # times the longest one
_KNOWN_DAYS = const(255)  # before that no holiday may have been seen
_FORGET = const(512)  # share of the longest pause that is forgotten each day: half a year


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
    """Attributes beside those of a Rule:

    longest_min: pause of the last half-year or so
    """

    longest_min: int

    FIELDS = ("longest_min",)
    LAYOUT = "H"

    def take(self, look, elapsed_s):
        now_s, home = look.up_s, self._household
        if now_s // _DAY_S != (now_s - elapsed_s) // _DAY_S:
            self.longest_min -= self.longest_min // _FORGET
        if look.pulses:
            pause_s = now_s - elapsed_s - home.last_s
            self.longest_min = min(0xFFFF, max(self.longest_min, pause_s // 60))
            self.put(0, now_s)
            return
        pause_s, limit_s = now_s - home.last_s, self._limits.no_flow_s
        if home.days >= _KNOWN_DAYS:
            limit_s = min(limit_s, max(_SHORTEST_PAUSE_S, _PAUSES * 60 * self.longest_min))
        if home.days and pause_s > limit_s:
            self.put(max(self.level, 2 if pause_s > 2 * limit_s else 1), now_s)

    def since(self):
        return self._household.last_s


def rules(limits, household):
    return ((HIGH_USE, HighUse(limits, household)), (NO_FLOW, NoFlow(limits, household)))
