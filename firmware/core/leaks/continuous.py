"""Water that never stands still: the time without a long pause is a run.

A run ends when no pulse comes for a gap, begins with the first pulse behind one, and its age is
what counts. Two gaps are watched at once: the short one knows more leaks apart from use, the long
one finds a cistern that refills every hour and a half.
"""

from micropython import const

from firmware.core.leaks.terms import BLIND_S, CONTINUOUS, Rule

_BUSY_ML = const(500_000)  # a day
_QUIET_S = const(14_400)  # a home uses nothing for so long, each night
_NONE = const(0xFFFFFFFF)
_DAY_S = const(86_400)
_HOUR_S = const(3600)


class Continuous(Rule):
    """Attributes beside those of a Rule:

    last_s: of the last pulse
    short_s, long_s: begin of the run of each gap; short, long: its level
    from_s, window_ml: a pulse, and the water behind it
    low_ml_h, next_ml_h: the two smallest flows of this day of the short run, or of the long one
        where it is half a day older; before_ml_h: the smallest of the day before, and of the
        long run before that; lost_ml: in the days before
    """

    last_s: int
    short_s: int
    long_s: int
    short: int
    long: int
    from_s: int
    window_ml: int
    low_ml_h: int
    next_ml_h: int
    before_ml_h: int
    lost_ml: int

    FIELDS = (
        "last_s", "short_s", "long_s", "short", "long", "from_s", "window_ml",
        "low_ml_h", "next_ml_h", "before_ml_h", "lost_ml",
    )  # fmt: skip
    LAYOUT = "IIIBBIIIIII"

    def begin(self, up_s):
        super().begin(up_s)
        self.last_s = self.short_s = self.long_s = up_s
        self.short = self.long = self.level
        self._measure_anew(up_s)

    def take(self, look, elapsed_s):
        self._follow(look, elapsed_s)
        limits, quiet_s = self._limits, look.up_s - self.last_s
        self.short = _level(
            self.short,
            quiet_s < limits.gap_s,
            look.up_s - self.short_s,
            limits.notice_s,
            limits.alarm_s,
        )
        self.long = _level(
            self.long,
            quiet_s < limits.long_gap_s,
            look.up_s - self.long_s,
            self._long_notice_s(),
            limits.long_alarm_s,
        )
        self._measure(look, elapsed_s)
        self.put(max(self.short, self.long), look.up_s)

    def since(self):
        return self.long_s if self.long >= self.short else self.short_s

    def next_s(self, up_s):
        """When a run that goes on will be old enough for the next level; None.

        Before the notice of one that is halfway there also at the end of a gap: use that comes
        right behind it might hide it.
        """
        limits, quiet_s, times = self._limits, up_s - self.last_s, []
        if quiet_s < limits.gap_s and self.short < 2:
            times.append(self.short_s + (limits.alarm_s if self.short else limits.notice_s))
            if not self.short and 2 * (up_s - self.short_s) >= limits.notice_s:
                times.append(self.last_s + limits.gap_s)
        if quiet_s < limits.long_gap_s and self.long < 2:
            lasts_s = limits.long_alarm_s if self.long else self._long_notice_s()
            times.append(self.long_s + lasts_s)
            if not self.long and 2 * (up_s - self.long_s) >= lasts_s:
                times.append(self.last_s + limits.long_gap_s)
        times = [time_s for time_s in times if time_s > up_s]
        return min(times) if times else None

    def _long_notice_s(self):
        limits = self._limits
        is_busy = self._household.mean_ml > _BUSY_ML
        return limits.busy_notice_s if is_busy else limits.long_notice_s

    def loss(self, up_s):
        flows, limits = self._flows(), self._limits
        error = limits.pulse_weight_ml * _HOUR_S // limits.pulse_weight_pulses // limits.long_gap_s
        if not flows:
            return 0, error, 0
        # From pulse to pulse: a pulse more or less, and what the quietest hours differ by; where
        # one is known, it may be all use: the leak of before may have stopped.
        error += flows[1] - flows[0] if len(flows) > 1 else flows[0]
        if limits.long_gap_s > _QUIET_S:
            error = max(error, flows[0] * 3 // 4)  # no window so long is without use
        lost_ml = self.lost_ml + flows[0] * self._open_s(up_s) // _HOUR_S
        return flows[0], error, lost_ml

    def _follow(self, look, elapsed_s):
        """Where do the new pulses end a run?

        Of more pulses than have a time (hidden), the reading is taken that keeps a run alive.
        """
        now_s, ages_s = look.up_s, look.ages_s
        known = min(look.pulses, len(ages_s))
        hidden = look.pulses - known
        if hidden and elapsed_s > BLIND_S:
            # A run does not age by a time that nobody saw.
            self.short_s = min(now_s, self.short_s + elapsed_s)
            self.long_s = min(now_s, self.long_s + elapsed_s)
        if hidden and not known:
            self._pulse(now_s, now_s - elapsed_s, hidden - 1)
        for n in range(known - 1, -1, -1):
            self._pulse(now_s - ages_s[n], now_s - elapsed_s, hidden)
            hidden = 0

    def _pulse(self, at_s, looked_s, hidden):
        """A pulse at at_s; hidden others between it and the last one, none before looked_s."""
        at_s = max(at_s, self.last_s)
        gap_s = (at_s - self.last_s) // (hidden + 1)
        if hidden:
            gap_s = max(gap_s, looked_s - self.last_s)
        self.last_s = at_s
        if gap_s >= self._limits.gap_s:
            self.short_s, self.short = at_s, 0
            # What was small before it is forgotten by the next day's end, before its first notice.
            if not self._is_long():
                self._turn(min(self.before_ml_h, self.low_ml_h))
        if gap_s >= self._limits.long_gap_s:
            self.long_s, self.long = at_s, 0
            self._measure_anew(at_s)

    def _is_long(self):
        """The pulses of what runs are further apart than the short gap."""
        return 2 * (self.short_s - self.long_s) >= _DAY_S

    def _measure_anew(self, at_s):
        self.from_s, self.window_ml, self.lost_ml = at_s, 0, 0
        self.low_ml_h = self.next_ml_h = self.before_ml_h = _NONE

    def _turn(self, before_ml_h):
        self.before_ml_h = before_ml_h
        self.low_ml_h = self.next_ml_h = _NONE

    def _measure(self, look, elapsed_s):
        """The smallest flow from pulse to pulse, of this day of the run and the one before."""
        if not look.pulses:
            return
        if self.from_s > look.up_s - elapsed_s:  # the run began in this interval
            self.from_s = self.last_s
            return
        self.window_ml += look.added_ml
        span_s = self.last_s - self.from_s
        if span_s < self._limits.long_gap_s:
            return
        flow = self.window_ml * _HOUR_S // span_s
        if self.from_s < self.short_s and not self._is_long():
            self.before_ml_h = min(self.before_ml_h, flow)
        elif flow < self.low_ml_h:
            self.low_ml_h, self.next_ml_h = flow, self.low_ml_h
        elif flow < self.next_ml_h:
            self.next_ml_h = flow
        midnight_s = self.last_s // _DAY_S * _DAY_S  # of the meter's own days, since power-on
        if midnight_s > self.from_s:
            self.lost_ml += self._flows()[0] * self._open_s(midnight_s) // _HOUR_S
            self._turn(self.low_ml_h)
        self.from_s, self.window_ml = self.last_s, 0

    def _open_s(self, until_s):
        """Of this day of the run."""
        return max(0, until_s - max(self.long_s, self.from_s // _DAY_S * _DAY_S))

    def _flows(self):
        """The small ones that are known, in order."""
        flows = self.low_ml_h, self.next_ml_h, self.before_ml_h
        return sorted([flow for flow in flows if flow != _NONE])


def rules(limits, household):
    return ((CONTINUOUS, Continuous(limits, household)),)


def _level(level, is_alive, age_s, notice_s, alarm_s):
    if not is_alive:
        return 0
    return max(level, 2 if age_s >= alarm_s else 1 if age_s >= notice_s else 0)
