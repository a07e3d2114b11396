"""What a look for leaks has found is told and learned: docs/events.md. Imported when it is due.

meter: the Alarming that has looked.
"""

from micropython import const

from firmware.core import event, record
from firmware.core.errors import StorageFault
from firmware.core.leaks import terms

_DAY_S = const(86_400)
_REPORTS_A_DAY = const(8)
_NOW = const(1)  # of state.next_report_s; 0 is for a person who waits for it
# The level from which a change does not wait for the next report.
_URGENT = {
    terms.BURST: terms.NOTICE, terms.REVERSE: terms.NOTICE, terms.TAMPER: terms.NOTICE,
    terms.CONTINUOUS: terms.ALARM, terms.FREEZE: terms.ALARM,
}  # fmt: skip


def tell_all(meter, changes):
    """As tell(), of these changes."""
    meter.known.rows = changes
    meter.known.keep()  # with the next commit, which comes before anything is told
    return tell(meter)


def tell(meter):
    """An event of each change, once; False when storage failed, and the rest is told later."""
    known, state = meter.known, meter.state
    while known.rows:
        if not meter.keeping.use(lambda store: _number(meter, store)):
            return False
        change = known.rows[0]
        if not meter.is_told and not _note(meter, change):
            return False
        known.rows.pop(0)
        if max(change.before, change.level) >= _URGENT.get(change.kind, terms.ALARM + 1):
            known.urgent_seq = known.seq
            if state.next_report_s > _NOW and known.reports < _REPORTS_A_DAY:
                # Only begins count, so that ends leave none of them waiting. An end has had
                # a begin: together they are no more than twice as many, and one of each kind.
                known.reports += change.level > change.before
                state.next_report_s = _NOW
        known.seq = 0
        known.keep()
        meter.commit()
    return True


def learn(meter):
    """Once a day and with each change: a loss of power does not forget the household.

    Not before what is told: an alarm that flash takes for known would never be.
    """
    known, day, nvs = meter.known, meter.up_s // _DAY_S, meter.keeping.vault.nvs
    if day != known.day:
        known.day, known.reports = day, 0
        known.keep()
    if meter.learned != learned(meter):
        from firmware.storage.learned import keep

        _kept(meter, lambda: keep(nvs, meter.learned))


def learned(meter):
    """What flash knows; None: nothing."""
    from firmware.storage.learned import loaded

    return _kept(meter, lambda: loaded(meter.keeping.vault.nvs))


def _kept(meter, act):
    """What act() returns; None when storage failed, which the next record will say."""
    try:
        return act()
    except StorageFault as fault:
        print(fault)
        meter.state.flags |= record.STORAGE_FAULT
        return None


def _number(meter, store):
    """Give the first change the number of its event, or see that it is stored with it."""
    known = meter.known
    meter.is_told = bool(known.seq) and _has_alarm(store, known.seq)
    if not meter.is_told:
        known.seq = store.events.next_seq
        known.keep()
        meter.commit()


def _note(meter, change):
    ago_s = meter.up_s - change.since_s
    text = "%d %d %d %d" % (
        _within(ago_s, 99_999_999), _within(change.rate_ml_h, 999_999_999),
        _within(change.rate_error_ml_h, 999_999_999), change.lost_ml,
    )  # fmt: skip
    if change.kind == terms.TAMPER and change.level:
        from firmware.core.leaks.names import signs_of

        text += " " + signs_of(meter.known.rules)
    before, after = 10 * change.kind + change.before, 10 * change.kind + change.level
    return meter.keeping.note(event.ALARM, before, after, text)


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
