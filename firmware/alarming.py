"""A look for leaks in a wake, and what of it is told: docs/leaks.md, docs/events.md.

In memory only meanwhile, never beside a report. The rules go on from retained memory, which holds
them and the state of the meter as of one moment: a look that a reset undoes is taken again, one
that it does not undo is over.
"""

from micropython import const

from firmware.core import event, record
from firmware.core.errors import StorageFault
from firmware.core.leaks import terms
from firmware.passing import call, in_passing
from firmware.storage.watch_state import ROWS, WatchState

_US = const(1_000_000)
_DAY_S = const(86_400)
_COUNT_MASK = const(0xFFFFFFFF)
_BURST_MASK = const(0xFFFF)
_REPORTS_A_DAY = const(8)
# Whether the flow of a burst goes on, the counter itself says: by its window, which is shorter.
_LONGEST_BURST_WINDOW_S = const(25_000)
_NEVER_S = const(0x3FFFFFFF)
# The level from which a change does not wait for the next report.
_URGENT = {
    terms.BURST: terms.NOTICE, terms.REVERSE: terms.NOTICE, terms.TAMPER: terms.NOTICE,
    terms.CONTINUOUS: terms.ALARM, terms.FREEZE: terms.ALARM,
}  # fmt: skip


class Alarming:
    """keeping: Keeping, whose vault has what was learned. commit(): the state and what is known
    here survive a reset.
    """

    def __init__(self, state, config, retained, keeping, commit):
        self._state = state
        self._config = config
        self._retained = retained
        self._keeping = keeping
        self._commit = commit
        self._known = WatchState(retained)
        self._up_s = state.time.raw_us // _US

    def look(self, recent, columns, battery_mv, meddling):
        """recent: of the counter, None when it can't be read; then nothing is looked at.

        columns: of the probes, just stored with a reading, as core/column.py packs them.
        battery_mv: None when it is not watched. meddling: bits of core/leaks/terms.py.
        """
        # What a reset or a fault of storage has left untold comes first.
        if recent is None or not self._tell():
            return
        known = self._known
        changes, learned = in_passing(lambda: self._found(recent, columns, battery_mv, meddling))
        has_changed = bool(changes)
        while True:
            known.rows, changes = changes[:ROWS], changes[ROWS:]
            known.keep()  # with the next commit, which comes before anything is told
            if not self._tell():
                return
            if not changes:
                break
        self._learn(learned, has_changed)

    def _found(self, recent, columns, battery_mv, meddling):
        """(changes, what was learned); the rules are in memory only for this."""
        from firmware.core.leaks.watch import Watch

        known = self._known
        watch = Watch(limits(self._config), call)
        self._recall(watch)
        changes = self._cleared(watch) + watch.take(
            self._seen(recent, columns, self._faults(battery_mv) | meddling)
        )
        known.rules = watch.pack()
        wanted_s = watch.next_s() or 0
        known.next_s = wanted_s if self._up_s < wanted_s < _NEVER_S else 0
        known.levels, known.is_bursting = watch.levels(), watch.is_bursting()
        return changes, watch.learned()

    def _recall(self, watch):
        known, state = self._known, self._state
        if known.urgent_seq >= state.event_next_seq:
            known.urgent_seq = 0  # of a journal that was made anew
        if known.is_new:
            learned = self._learned()
            if learned:
                watch.relearn(learned)
            watch.begin(self._up_s)
        else:
            watch.unpack(known.rules)
            if known.boot != state.boot:
                watch.begin(self._up_s)
        if known.is_new or known.boot != state.boot:
            known.boot, known.up_s = state.boot, self._up_s
            self._see_counter()
            known.seen_bursts = state.bursts

    def _see_counter(self):
        known, state = self._known, self._state
        known.was_blank = state.is_blank
        known.pulses = state.pulses & _COUNT_MASK
        known.reverse_pulses = state.reverse_pulses

    def _seen(self, recent, columns, faults):
        """The Look of now; from here on all that is counted belongs to the next one."""
        known, state, config = self._known, self._state, self._config
        elapsed_s = self._up_s - known.up_s
        if known.was_blank != state.is_blank:
            self._see_counter()  # what was counted in an earlier life has been added
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
        known.up_s = self._up_s
        self._see_counter()
        weight_ml, weight_pulses = config.pulse_weight_ml, config.pulse_weight_pulses
        return terms.Look(
            self._up_s,
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
        config, found = self._config, 0
        is_failing = battery_mv is not None and battery_mv < config.battery_low_mv
        if is_failing or self._state.thrift:
            found |= terms.CELL  # or it will be empty before its planned life is over
        if config.has_probes():
            from firmware.quality_news import is_above

            if is_above(self._retained):
                found |= terms.ABOVE_LIMIT
        return found

    def _cleared(self, watch):
        known, changes = self._known, []
        for kind in range(terms.CONTINUOUS, terms.QUALITY + 1):
            if known.clears & 1 << kind:
                changes += watch.clear(kind)
        known.clears = 0
        return changes

    def _learn(self, learned, has_changed):
        """Once a day and with each change: a loss of power does not forget the household.

        Not before what is told: an alarm that flash takes for known would never be.
        """
        known, day = self._known, self._up_s // _DAY_S
        if day == known.day and not has_changed:
            return
        if day != known.day:
            known.day, known.reports = day, 0
            known.keep()
        if learned != self._learned():
            from firmware.storage.learned import keep

            self._keep(lambda: keep(self._keeping.vault.nvs, learned))

    def _learned(self):
        from firmware.storage.learned import loaded

        return self._keep(lambda: loaded(self._keeping.vault.nvs))

    def _keep(self, act):
        """What act() returns; None when storage failed, which the next record will say."""
        try:
            return act()
        except StorageFault as fault:
            print(fault)
            self._state.flags |= record.STORAGE_FAULT
            return None

    def _tell(self):
        """An event of each change, once; False when storage failed, and the rest is told later."""
        known = self._known
        while known.rows:
            if not self._keeping.use(self._number):
                return False
            change = known.rows[0]
            if not self._is_told and not self._note(change):
                return False
            known.rows.pop(0)
            if max(change.before, change.level) >= _URGENT.get(change.kind, terms.ALARM + 1):
                known.urgent_seq = known.seq
                if self._state.next_report_s and known.reports < _REPORTS_A_DAY:
                    # Only begins count, so that ends leave none of them waiting. An end has had
                    # a begin: together they are no more than twice as many, and one of each kind.
                    known.reports += change.level > change.before
                    self._state.next_report_s = 0
            known.seq = 0
            known.keep()
            self._commit()
        return True

    def _number(self, store):
        """Give the first change the number of its event, or see that it is stored with it."""
        known = self._known
        self._is_told = bool(known.seq) and _has_alarm(store, known.seq)
        if not self._is_told:
            known.seq = store.events.next_seq
            known.keep()
            self._commit()

    def _note(self, change):
        ago_s = self._up_s - change.since_s
        text = "%d %d %d %d" % (
            _within(ago_s, 99_999_999), _within(change.rate_ml_h, 999_999_999),
            _within(change.rate_error_ml_h, 999_999_999), change.lost_ml,
        )  # fmt: skip
        if change.kind == terms.TAMPER and change.level:
            from firmware.core.leaks.names import signs_of

            text += " " + signs_of(self._known.rules)
        before, after = 10 * change.kind + change.before, 10 * change.kind + change.level
        return self._keeping.note(event.ALARM, before, after, text)


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


def _within(number, most):
    return max(0, min(number, most))


def _has_alarm(store, seq):
    """True when the event of that number is stored, and one of an alarm."""
    from firmware.storage.reader import Reader

    reader = Reader(store.events, seq)
    if not reader.advance() or reader.seq != seq:
        return False
    try:
        return event.unpack(reader.body).code == event.ALARM
    except ValueError:
        return False
