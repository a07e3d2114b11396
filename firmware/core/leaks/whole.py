"""What seldom happens to the rules of a meter: somebody asks them, or clears what they say."""

from micropython import const

from firmware.core.leaks import anew
from firmware.core.leaks.terms import BURST, CONTINUOUS, NO_FLOW, QUALITY, Change
from firmware.core.leaks.watch import Watch


class Whole(Watch):
    """A new one knows nothing: unpack(), or relearn() and begin()."""

    LEARNED_BYTES = const(35)

    def __init__(self, limits):
        super().__init__(limits)
        anew.know_nothing(self)

    def begin(self, up_s):
        anew.begin(self, up_s)

    def learned(self):
        return anew.learned(self)

    def relearn(self, habits):
        anew.relearn(self, habits)

    def clear(self, kind):
        return clear(self, kind)

    def next_s(self):
        if self._wanted_s is None:
            self._wanted_s = []
            wanting = self._limits.kinds & (1 << CONTINUOUS | 1 << BURST)
            self._visit(wanting, lambda kind, rule: self._want(rule))
        return super().next_s()

    def active(self):
        """A Change for each kind that is on; before is its level."""
        rows = []
        on = sum([1 << kind for kind in range(CONTINUOUS, QUALITY + 1) if self._level(kind)])
        self._visit(on, lambda kind, rule: rows.append(self._row(kind, rule, rule.level)))
        return sorted(rows, key=lambda row: row.kind)


def clear(watch, kind):
    """Somebody has seen to it: it has to last as long again. List of Change, as of take()."""
    changes: list = []

    def end(kind, rule):
        before = rule.level
        known = watch._row(kind, rule, before)
        rule.clear(watch._seen_s)
        changes.append(Change(kind, before, 0, known.since_s, watch._seen_s, *known[5:]))

    if watch._level(kind):
        watch._visit(1 << kind, end)
        if kind == NO_FLOW:  # continuous knows the last pulse
            watch._visit(1 << CONTINUOUS, lambda kind, rule: rule.begin(watch._seen_s))
    return changes
