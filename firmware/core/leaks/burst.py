"""A pipe that runs full: more than the burst flow in every sliding window, half an hour long.

The coprocessor's mark says so while the CPU sleeps; it is on as soon as one window is full.
"""

from micropython import const

from firmware.core.leaks.terms import BURST, Rule

_HOUR_S = const(3600)


class Burst(Rule):
    """Attributes beside those of a Rule:

    since_s: begin of the flow, 0: none
    seen: the coprocessor's count of bursts at the last look
    flow_ml_h: the smallest that was seen of it; error_ml_h: by a pulse more or less
    lost_ml: since it began
    """

    since_s: int
    seen: int
    flow_ml_h: int
    error_ml_h: int
    lost_ml: int

    FIELDS = ("since_s", "seen", "flow_ml_h", "error_ml_h", "lost_ml")
    LAYOUT = "IHIII"

    def begin(self, up_s):
        super().begin(up_s)
        self.since_s = self.flow_ml_h = self.error_ml_h = self.lost_ml = 0

    def take(self, look, elapsed_s):
        now_s = look.up_s
        has_begun = look.bursts != self.seen
        self.seen = look.bursts
        if look.burst_age_s is None or _is_over(look.ages_s, self._limits.burst_s):
            if not self.since_s and now_s - self.begin_s < self._limits.burst_notice_s:
                return  # one that was on before a loss of power has to be seen again, or not
            if self.since_s:
                self.lost_ml += look.added_ml  # an hour of a burst is more than one of use
            self.since_s = 0
            self.put(0, now_s)
            return
        self.lost_ml += look.added_ml
        level = self.level
        if has_begun and self.since_s:
            level = min(level, 1)  # what was followed has ended, in a pause that no look saw
        if has_begun or not self.since_s:
            # One that was known before, and is to begin anew, is not older than that.
            self._start(look, elapsed_s, 1 if has_begun else max(1, self.begin_s))
        self._measure(look)
        age_s = now_s - self.since_s
        limits = self._limits
        found = 2 if age_s >= limits.burst_alarm_s else 1 if age_s >= limits.burst_notice_s else 0
        self.put(max(level, found), now_s)

    def next_s(self, up_s):
        """When it will have lasted long enough for the next level; None."""
        if not self.since_s or self.level == 2:
            return None
        limits = self._limits
        lasts_s = limits.burst_alarm_s if self.level else limits.burst_notice_s
        return self.since_s + lasts_s

    def since(self):
        return self.since_s or self.begin_s

    def loss(self, up_s):
        return self.flow_ml_h, self.error_ml_h, self.lost_ml

    def _start(self, look, elapsed_s, earliest_s):
        """The flow began with the mark's first window, however late this look is.

        Behind a pause that no look saw a notice stays, and an alarm needs its time again.
        """
        limits, age_s, ages_s = self._limits, look.burst_age_s, look.ages_s
        self.since_s = max(earliest_s, look.up_s - age_s)
        if self.level:
            return
        # What flows now has flowed so long; a ring of one pulse does not show how much that is.
        span_s, intervals, pulses = elapsed_s, look.pulses, len(ages_s)
        if pulses > 1:
            span_s, intervals = ages_s[-1] - ages_s[0], pulses - 1
        pulses = max(pulses, intervals * age_s // max(1, span_s))
        pulse_ml = limits.pulse_weight_ml // limits.pulse_weight_pulses
        self.lost_ml = min(look.pulses, pulses) * pulse_ml
        self.flow_ml_h = self.error_ml_h = 0

    def _measure(self, look):
        """By the ring; where that holds one pulse, by all until the notice."""
        ages_s, limits = look.ages_s, self._limits
        if not ages_s:
            return
        weight_ml, weight_pulses = limits.pulse_weight_ml, limits.pulse_weight_pulses
        span_s, intervals = ages_s[-1] - ages_s[0], len(ages_s) - 1
        if not intervals and not self.level:
            span_s = look.up_s - ages_s[0] - self.since_s
            intervals = self.lost_ml * weight_pulses // weight_ml - 1
            self.flow_ml_h = 0
        if span_s <= 0 or intervals <= 0:
            return
        flow = intervals * weight_ml // weight_pulses * _HOUR_S // span_s
        if not self.flow_ml_h or flow < self.flow_ml_h:
            self.flow_ml_h, self.error_ml_h = flow, flow // intervals


def rules(limits, household):
    return ((BURST, Burst(limits, household)),)


def _is_over(ages_s, window_s):
    """The coprocessor judges at pulses: when none comes at all, its mark stays."""
    return bool(ages_s) and ages_s[0] > window_s
