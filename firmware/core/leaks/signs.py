"""What other sensors say: cold, tampering, a weak cell, water that isn't good, water backwards."""

from micropython import const

from firmware.core.leaks.terms import (
    ABOVE_LIMIT,
    BATTERY,
    CELL,
    FREEZE,
    QUALITY,
    REVERSE,
    TAMPER,
    Rule,
)

_TAMPER = const(7)  # MAGNET, CABLE, OPENED of terms.py
_ALARM_CENTI_C = const(50)
_HYSTERESIS_CENTI_C = const(100)
_DAY_S = const(86_400)
_HOUR_S = const(3600)
_NET_S = const(900)  # iPERL's 15 minutes
_LEAST_PULSES = const(2)  # one may be a reed that rocks


class Freeze(Rule):
    """Pipes freeze soon, or do. A temperature that is not known changes nothing."""

    def take(self, look, elapsed_s):
        centi_c = look.water_centi_c
        if centi_c is None:
            return
        notice = self._limits.freeze_centi_c
        level = 2 if centi_c <= _ALARM_CENTI_C else 1 if centi_c <= notice else 0
        if level < self.level:
            # What would it be, one degree colder?
            colder = centi_c - _HYSTERESIS_CENTI_C
            level = 2 if colder <= _ALARM_CENTI_C else 1 if colder <= notice else 0
            level = min(level, self.level)
        self.put(level, look.up_s)


class Tamper(Rule):
    """Stays until Watch.clear(). signs: all bits that were seen."""

    def take(self, look, elapsed_s):
        if look.faults & _TAMPER:
            self.put(2, look.up_s)
            self.signs |= look.faults & _TAMPER

    def put(self, level, up_s):
        super().put(level, up_s)
        if not level:
            self.signs = 0


class Lasting(Rule):
    """A fault that has lasted: since_s is its begin, or that of the time without it; 0: neither.

    bit: of Look.faults; so_long_s: it counts when it lasts that long, is gone when it is away that
    long; alarm_s: its age for an alarm, 0 never.
    """

    since_s: int

    FIELDS = ("since_s",)
    LAYOUT = "I"

    def __init__(self, limits, household, bit, so_long_s, alarm_s):
        super().__init__(limits, household)
        self._bit, self._so_long_s, self._alarm_s = bit, so_long_s, alarm_s

    def begin(self, up_s):
        super().begin(up_s)
        self.since_s = 0

    def take(self, look, elapsed_s):
        is_there, now_s = bool(look.faults & self._bit), look.up_s
        if is_there != bool(self.level):
            if not self.since_s:
                self.since_s = max(1, now_s)
            if now_s - self.since_s >= self._so_long_s:
                self.put(int(is_there), now_s)
                self.since_s = 0
            return
        self.since_s = 0
        if self.level == 1 and self._alarm_s and now_s - self.begin_s >= self._alarm_s:
            self.put(2, now_s)


class Reverse(Rule):
    """Attributes beside those of a Rule:

    net_s: since then every look has seen more backwards than forwards, 0: not so
    net_pulses: that, up to 255
    last_s: when something last came back
    day_ml: what came back in this day since power-on
    """

    net_s: int
    net_pulses: int
    last_s: int
    day_ml: int

    FIELDS = ("net_s", "net_pulses", "last_s", "day_ml")
    LAYOUT = "IBII"

    def begin(self, up_s):
        super().begin(up_s)
        self.net_s = self.net_pulses = self.day_ml = 0
        self.last_s = up_s

    def take(self, look, elapsed_s):
        now_s, back_ml, limits = look.up_s, look.reverse_ml, self._limits
        if now_s // _DAY_S != (now_s - elapsed_s) // _DAY_S:
            self.day_ml = 0
        pulse_ml = max(1, limits.pulse_weight_ml // limits.pulse_weight_pulses)
        if back_ml:
            self.day_ml += back_ml
            self.last_s = now_s
        if back_ml > look.added_ml:
            self.net_s = self.net_s or max(1, now_s - elapsed_s)
            net = (back_ml - look.added_ml) // pulse_ml
            self.net_pulses = min(255, self.net_pulses + net)
        elif look.added_ml:
            self.net_s = self.net_pulses = 0
        if self.net_pulses >= _LEAST_PULSES and now_s - self.net_s >= _NET_S:
            self.put(max(self.level, 1), now_s)
        if self.day_ml >= max(_LEAST_PULSES * pulse_ml, limits.reverse_ml):
            self.put(2, now_s)
        if now_s - self.last_s >= _DAY_S:
            self.net_s = self.net_pulses = 0
            self.put(0, now_s)

    def since(self):
        return self.net_s or self.begin_s

    def loss(self, up_s):
        return 0, 0, self.day_ml


def rules(limits, household):
    return (
        (REVERSE, Reverse(limits, household)),
        (FREEZE, Freeze(limits, household)),
        (TAMPER, Tamper(limits, household)),
        (BATTERY, Lasting(limits, household, CELL, _DAY_S, 0)),
        (QUALITY, Lasting(limits, household, ABOVE_LIMIT, _HOUR_S, _DAY_S)),
    )
