"""What a purifier's filter holds back, and how long it will do: columns and events of one look."""

from micropython import const

from firmware.core import column, event, filter_life, quality
from firmware.core.errors import StorageFault

_DAY_S = const(86_400)


class Filtering:
    """purifier: Purifier. log: FilterLog. note(code, before, after, text): True, it is stored."""

    def __init__(self, config, purifier, log, note):
        self._config = config
        self._purifier = purifier
        self._log = log
        self._note = note

    def columns(self, found, odometer_ml, now_s):
        """Beside those that the probes gave. None of these, []: between productions, and the last
        ones go out once more, as what they are. now_s: Unix seconds, 0: unknown.
        """
        if self._log.is_new:
            # Its first power-on: what was counted before it knew a filter is not that one's.
            self._log.change(odometer_ml, now_s, is_assumed=True)
        if found:
            found = self._with_rejection(found)
            self._purifier.last = column.pack(found)
        else:
            found = column.older(column.unpacked(self._purifier.last))
        self._take()
        found = found + self._counted(odometer_ml, now_s)
        try:
            self._log.save()
        except StorageFault as fault:
            print(fault)  # saved the next time; a reset before that costs an hour of counters
        return found

    def _take(self):
        log, purifier = self._log, self._purifier
        for name in ("produced", "standby", "flushed"):
            ms = getattr(purifier, name + "_ms")
            setattr(log, name + "_s", getattr(log, name + "_s") + ms // 1000)
            setattr(purifier, name + "_ms", ms % 1000)
        log.flushes += purifier.flushes
        purifier.flushes = 0

    def _with_rejection(self, found):
        by_kind = {one.kind: one for one in found}
        one = filter_life.rejection(by_kind[column.SOLIDS_PPB], by_kind[column.PRODUCT_SOLIDS_PPB])
        log = self._log
        if one.value is not None:
            log.poor = _in_a_row(log.poor, filter_life.is_below(one, filter_life.POOR_PERMILLE))
            log.bad = _in_a_row(log.bad, filter_life.is_below(one, filter_life.SPENT_PERMILLE))
            limit = filter_life.limit_passed(log.poor, log.bad)
            if limit != log.told_limit and self._note(event.REJECTION, one.value, limit, ""):
                log.told_limit = limit
        return found + [one]

    def _counted(self, odometer_ml, now_s):
        log, config = self._log, self._config
        if now_s and not log.began_s:
            log.began_s, log.is_assumed = now_s, 1
        used_ml = odometer_ml - log.began_ml
        used_s = max(0, now_s - log.began_s) if now_s else 0
        left, why = filter_life.life(used_ml, used_s, config.filter_l, config.filter_days, log.bad)
        level = filter_life.level(left)
        if level <= log.told_level or self._note(event.FILTER_LIFE, left, level, why):
            log.told_level = level
        dated = quality.ESTIMATED if log.is_assumed or not now_s else quality.GOOD
        values = [
            (column.FILTER_ML, quality.GOOD, used_ml),
            (column.FILTER_DAYS, dated, used_s // _DAY_S),
            (column.PRODUCED_S, quality.GOOD, log.produced_s),
            (column.STANDBY_S, quality.GOOD, log.standby_s),
            (column.FLUSHES, quality.GOOD, log.flushes),
            (column.FLUSHED_S, quality.GOOD, log.flushed_s),
        ]
        if left is not None:
            flag = dated if why == "days" else quality.GOOD
            values.insert(2, (column.FILTER_LIFE_PERMILLE, flag, left))
        return [column.Column(kind, flag, value, 0, 0) for kind, flag, value in values]


def change_filter(log, keeping, odometer_ml, now_s, who):
    """A new filter was put in. The event first: what was not told has not happened.

    now_s: Unix seconds, 0: unknown. StorageFault: nothing has changed.
    """
    days = max(0, now_s - log.began_s) // _DAY_S if now_s and log.began_s else 0
    if not keeping.note(event.FILTER_CHANGED, odometer_ml - log.began_ml, days, who):
        raise StorageFault("the event could not be stored, so nothing was changed")
    log.change(odometer_ml, now_s)


def _in_a_row(count, is_one_more):
    return min(count + 1, filter_life.IN_A_ROW) if is_one_more else 0
