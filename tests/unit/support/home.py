"""A home whose meter looks each hour, and when its detectors ask: water in, changes out."""

from firmware.core.leaks import terms
from firmware.core.leaks.whole import Whole

HOUR_S = 3600
DAY_S = 86_400
RING = 34
NEVER = 0xFFFFFFFF
# Pulses of a usual day by its hours, 6 s apart: nights are quiet but for one flush.
FAMILY = {2: 6, 6: 20, 7: 40, 12: 15, 18: 60, 19: 30, 21: 20, 23: 6}
_LIMITS = (
    "pulse_weight_ml", "pulse_weight_pulses", "kinds", "gap_s", "notice_s", "alarm_s",
    "long_gap_s", "long_notice_s", "busy_notice_s", "long_alarm_s", "slack_ml", "sum_ml",
    "burst_s", "burst_notice_s", "burst_alarm_s", "high_use_percent", "reverse_ml", "no_flow_s",
    "freeze_centi_c",
)  # fmt: skip


def only(kind, **other):
    """Limits that watch for one kind."""
    usual = terms.usual(1000, 1, 244)
    names = dict(zip(_LIMITS, usual))
    names.update(other)
    names["kinds"] = 1 << kind
    return terms.Limits(**names)


def each(first_s, last_s, step_s):
    """Times from the first to the last."""
    return list(range(first_s, last_s + 1, step_s))


class Home:
    """changes: all so far. Each wake has a new Watch, as on the meter."""

    def __init__(self, pulse_ml=1000, limits=None):
        self.limits = limits or terms.usual(pulse_ml, 1, 244)
        self.pulse_ml = pulse_ml
        self.now_s = 0
        self.times_s = []  # of the newest pulses, newest first
        self.changes = []
        self.bursts, self.burst_s = 0, None  # begin of the flow of one that is on
        self.water_centi_c = None
        self.faults = 0
        watch = Whole(self.limits)
        watch.begin(0)
        self.packed = watch.pack()

    def watch(self):
        watch = Whole(self.limits)
        watch.unpack(self.packed)
        return watch

    def keep(self, watch):
        self.packed = watch.pack()

    def look(self, up_s, times_s=(), reverse_ml=0):
        """One wake at up_s; pulses came at times_s, in order."""
        self.times_s = (list(reversed(times_s)) + self.times_s)[:RING]
        self.now_s = up_s
        ages_s = [up_s - time_s for time_s in self.times_s]
        pulses = len(times_s)
        watch = self.watch()
        self.changes += watch.take(
            terms.Look(
                up_s, pulses * self.pulse_ml, pulses, reverse_ml, ages_s, self.bursts,
                None if self.burst_s is None else up_s - self.burst_s, self.water_centi_c,
                self.faults,
            )
        )  # fmt: skip
        self.keep(watch)

    def pass_time(self, until_s, times_s=()):
        """Looks at each hour and when the detectors want one, until then."""
        times_s = list(times_s)
        while self.now_s < until_s:
            asked_s = self.watch().next_s() or NEVER
            hour_s = self.now_s // HOUR_S * HOUR_S + HOUR_S
            due_s = min(until_s, hour_s, max(asked_s, self.now_s + 1))
            count = 0
            while count < len(times_s) and times_s[count] <= due_s:
                count += 1
            self.look(due_s, times_s[:count])
            times_s = times_s[count:]

    def days(self, count, use=FAMILY, leak_each_s=0):
        """use: pulses by hour of the day; leak_each_s: one more pulse each."""
        for _ in range(count):
            begin_s = self.now_s
            times_s = [
                begin_s + hour * HOUR_S + 600 + 6 * n for hour in use for n in range(use[hour])
            ]
            if leak_each_s:
                times_s += list(range(begin_s + leak_each_s, begin_s + DAY_S + 1, leak_each_s))
            self.pass_time(begin_s + DAY_S, sorted(times_s))

    def lose_power(self, up_s=0):
        """What flash keeps is all that is left."""
        kept, watch = self.watch().learned(), Whole(self.limits)
        watch.relearn(kept)
        watch.begin(up_s)
        self.keep(watch)
        self.now_s, self.times_s = up_s, []

    def levels(self):
        """{kind: level} of what is on."""
        return {row.kind: row.level for row in self.watch().active()}

    def said(self, kind=None):
        """(kind, level, begin_s) of each change, or (level, begin_s) of one kind."""
        if kind is None:
            return [(change.kind, change.level, change.begin_s) for change in self.changes]
        return [(c.level, c.begin_s) for c in self.changes if c.kind == kind]
