"""What seldom happens to the rules of a meter: they begin, are asked, or cleared by somebody."""

import struct

from micropython import const

from firmware.core.leaks.terms import ALL_KINDS, BURST, CONTINUOUS, NO_FLOW, QUALITY, Change
from firmware.core.leaks.watch import Watch

# Of what Watch.pack() gives: what is learned of a household.
_QUIETEST_AT = const(86)
_QUIETEST_BYTES = const(20)
_USE = const("<IIB")  # mean and largest day, days
_USE_AT = const(140)
_PAUSE = const("<H")
_PAUSE_AT = const(170)
_LEARNED = const("<IIIBH")  # levels, as in _USE, longest pause
_LEARNED_BYTES = const(15)


class Whole(Watch):
    """A new one knows nothing: unpack(), or relearn() and begin()."""

    LEARNED_BYTES = const(35)

    def __init__(self, limits):
        super().__init__(limits)
        self._keep(_QUIETEST_AT, b"\xff" * _QUIETEST_BYTES)

    def begin(self, up_s):
        begin(self, up_s)

    def learned(self):
        return learned(self)

    def relearn(self, packed):
        """What learned() said in an earlier life; begin() has to follow."""
        self._levels, *use, pause = struct.unpack_from(_LEARNED, packed)
        struct.pack_into(_USE, self._packed, _USE_AT, *use)
        struct.pack_into(_PAUSE, self._packed, _PAUSE_AT, pause)
        self._keep(_QUIETEST_AT, packed[_LEARNED_BYTES:])

    def clear(self, kind):
        """Somebody has seen to it: it has to last as long again. List of Change, as of take()."""
        changes: list = []
        if self._level(kind):
            self._visit(1 << kind, lambda kind, rule: self._clear(kind, rule, changes))
            if kind == NO_FLOW:  # continuous knows the last pulse
                self._visit(1 << CONTINUOUS, lambda kind, rule: rule.begin(self._seen_s))
        return changes

    def _clear(self, kind, rule, changes):
        before = rule.level
        known = self._row(kind, rule, before)
        rule.clear(self._seen_s)
        changes.append(Change(kind, before, 0, known.since_s, self._seen_s, *known[5:]))

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


def begin(watch, up_s):
    """After a loss of power: what was going on begins anew, levels and habits stay."""
    watch._seen_s = up_s
    watch._visit(ALL_KINDS, lambda kind, rule: rule.begin(up_s))


def learned(watch):
    """LEARNED_BYTES bytes for flash: levels and habits."""
    packed = watch._packed
    use = struct.unpack_from(_USE, packed, _USE_AT)
    pause = struct.unpack_from(_PAUSE, packed, _PAUSE_AT)
    quietest = packed[_QUIETEST_AT : _QUIETEST_AT + _QUIETEST_BYTES]
    return struct.pack(_LEARNED, watch._levels, *use, *pause) + quietest
