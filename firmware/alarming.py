"""A look for leaks in a wake, and what of it is told: docs/leaks.md, docs/events.md.

In memory only meanwhile, never beside a report. The rules go on from retained memory, which holds
them and the state of the meter as of one moment: a look that a reset undoes is taken again, one
that it does not undo is over.
"""

from micropython import const

from firmware.core.leaks import terms
from firmware.passing import call, in_passing, once
from firmware.storage.watch_state import WatchState

_NEWS = const("firmware.alarm_news")
_US = const(1_000_000)
_DAY_S = const(86_400)
_COUNT_MASK = const(0xFFFFFFFF)
_BURST_MASK = const(0xFFFF)
# Whether the flow of a burst goes on, the counter itself says: by its window, which is shorter.
_LONGEST_BURST_WINDOW_S = const(25_000)
_NEVER_S = const(0x3FFFFFFF)


class Alarming:
    """keeping: Keeping, whose vault has what was learned. commit(): the state and what is known
    here survive a reset.
    """

    def __init__(self, state, config, retained, keeping, commit):
        self.state = state
        self.config = config
        self.keeping = keeping
        self.commit = commit
        self.known = WatchState(retained)
        self.up_s = state.time.raw_us // _US
        self.learned = None  # what flash is to know, when it is time
        self._retained = retained

    def look(self, recent, columns, battery_mv, meddling):
        """recent: of the counter, None when it can't be read; then nothing is looked at.

        columns: of the probes, just stored with a reading, as core/column.py packs them.
        battery_mv: None when it is not watched. meddling: bits of core/leaks/terms.py.
        """
        known = self.known
        # What a reset or a fault of storage has left untold comes first.
        if recent is None or (known.rows and not call(_NEWS, "tell", self)):
            return
        changes = in_passing(lambda: self._found(recent, columns, battery_mv, meddling))
        if not changes:
            known.keep()  # with the next commit
        elif not call(_NEWS, "tell_all", self, changes):
            return
        if self.learned:
            call(_NEWS, "learn", self)

    def _found(self, recent, columns, battery_mv, meddling):
        """The changes; the rules are in memory only for this."""
        known = self.known
        watch, changes = self._watch()
        faults = self._faults(battery_mv) | meddling
        changes += watch.take(self._seen(recent, columns, faults))
        known.rules = watch.pack()
        wanted_s = watch.next_s() or 0
        known.next_s = wanted_s if self.up_s < wanted_s < _NEVER_S else 0
        known.levels, known.is_bursting = watch.levels(), watch.is_bursting()
        if changes or self.up_s // _DAY_S != known.day:
            from firmware.core.leaks.anew import learned

            self.learned = learned(watch)
        return changes

    def _watch(self):
        """The rules as they stood, and what commands have cleared of them."""
        known, state = self.known, self.state
        if known.urgent_seq >= state.event_next_seq:
            known.urgent_seq = 0  # of a journal that was made anew
        if known.is_new or known.boot != state.boot or known.clears:
            from firmware.alarm_recall import recalled

            return recalled(self, limits(self.config))
        from firmware.core.leaks.watch import Watch

        watch = Watch(limits(self.config), once)
        watch.unpack(known.rules)
        return watch, []

    def see_counter(self):
        """All that is counted from here on belongs to the next look."""
        known, state = self.known, self.state
        known.was_blank = state.is_blank
        known.pulses = state.pulses & _COUNT_MASK
        known.reverse_pulses = state.reverse_pulses

    def _seen(self, recent, columns, faults):
        """The Look of now; from here on all that is counted belongs to the next one."""
        known, state, config = self.known, self.state, self.config
        elapsed_s = self.up_s - known.up_s
        if known.was_blank != state.is_blank:
            self.see_counter()  # what was counted in an earlier life has been added
        pulses = (state.pulses - known.pulses) & _COUNT_MASK
        backward = (state.reverse_pulses - known.reverse_pulses) & _COUNT_MASK
        # Times of pulses whose direction is not known, or of an earlier program, tell nothing.
        ages_s, oldest_s = [], elapsed_s + elapsed_s // 50 + 1
        burst_age_s, is_known = recent.burst_age_s, known.program == recent.program
        if is_known and not backward:
            ages_s = [age_s for age_s in recent.ages_s[:pulses] if age_s <= oldest_s]
        if not is_known and burst_age_s:
            burst_age_s = 0
        begun = (recent.bursts - known.seen_bursts) & _BURST_MASK
        if begun > _BURST_MASK >> 1:
            begun = 0  # another counter, which began at zero
        known.bursts = (known.bursts + begun) & _BURST_MASK
        known.seen_bursts, known.program = recent.bursts, recent.program
        known.up_s = self.up_s
        self.see_counter()
        weight_ml, weight_pulses = config.pulse_weight_ml, config.pulse_weight_pulses
        return terms.Look(
            self.up_s,
            pulses * weight_ml // weight_pulses,
            pulses,
            backward * weight_ml // weight_pulses,
            ages_s,
            known.bursts,
            burst_age_s,
            _water_centi_c(columns),
            faults,
        )

    def _faults(self, battery_mv):
        """Those bits of core/leaks/terms.py that are no tampering."""
        config, found = self.config, 0
        is_failing = battery_mv is not None and battery_mv < config.battery_low_mv
        if is_failing or self.state.thrift:
            found |= terms.CELL  # or it will be empty before its planned life is over
        if config.has_probes():
            from firmware.quality_news import is_above

            if is_above(self._retained):
                found |= terms.ABOVE_LIMIT
        return found


def limits(config):
    """The Limits of the rules by the configuration."""
    usual = terms.usual(
        config.pulse_weight_ml, config.pulse_weight_pulses, _LONGEST_BURST_WINDOW_S
    )
    kinds = usual.kinds
    if config.alarms_off:
        from firmware.core.leaks.names import KINDS

        for name in config.alarms_off.split():
            kinds &= ~(2 << KINDS.index(name))
    return terms.Limits(
        usual.pulse_weight_ml, usual.pulse_weight_pulses, kinds,
        usual.gap_s, usual.notice_s, usual.alarm_s,
        usual.long_gap_s, usual.long_notice_s, usual.busy_notice_s, usual.long_alarm_s,
        usual.slack_ml, usual.sum_ml, usual.burst_s, config.notice_burst_s, config.alarm_burst_s,
        config.high_use_percent, usual.reverse_ml, config.no_flow_days * _DAY_S,
        usual.freeze_centi_c,
    )  # fmt: skip


def _water_centi_c(columns):
    """None: it was not measured now."""
    if not columns:
        return None
    from firmware.core import column, quality

    for one in column.unpacked(columns):
        if one.kind == column.WATER_CENTI_C and one.flag in (quality.GOOD, quality.FREEZE_WARNING):
            return one.value
    return None
