"""All rules of one meter: each look at its counter goes in, what begins or ends comes out."""

import struct

from micropython import const

from firmware.core.leaks.burst import Burst
from firmware.core.leaks.continuous import Continuous
from firmware.core.leaks.habits import HighUse, NoFlow
from firmware.core.leaks.signs import Freeze, Lasting, Reverse, Tamper
from firmware.core.leaks.small_leak import SmallLeak
from firmware.core.leaks.terms import ABOVE_LIMIT, BURST, CELL, CONTINUOUS, NO_FLOW, Change

_DAY_S = const(86_400)
_BUSY_ML = const(500_000)  # a day
_HOUR_S = const(3600)
_HEAD = const("<HII")  # limits, last look, levels and above them the signs of tampering
_SIGNS_AT = const(20)  # behind two bits of each kind
_LEARNED = const("<IIIBH")  # levels, mean and largest day, days, longest pause
_LEARNED_BYTES = const(15)


class Watch:
    """limits: terms.Limits. A new one knows nothing: unpack(), or relearn() and begin().

    What other limits than before mean is learned anew: runs begin again, what is on stays on
    until it ends by the new limits, habits stay.
    """

    BYTES = const(200)
    LEARNED_BYTES = const(35)

    def __init__(self, limits):
        self._limits = limits
        self._mark = _mark_of(limits)
        self._seen_s = 0
        self._is_strange = False  # the state is of other limits
        self._leak = Continuous(limits)
        self._small = SmallLeak(limits)
        self._burst = Burst(limits)
        self._use = HighUse(limits)
        self._pause = NoFlow(limits)
        self._tamper = Tamper(limits)
        self._rules = (  # in the order of their kinds
            self._leak,
            self._small,
            self._burst,
            self._use,
            Reverse(limits),
            self._pause,
            Freeze(limits),
            self._tamper,
            Lasting(limits, CELL, _DAY_S, 0),
            Lasting(limits, ABOVE_LIMIT, _HOUR_S, _DAY_S),
        )
        self.begin(0)

    def begin(self, up_s):
        """After a loss of power: what was going on begins anew, levels and habits stay."""
        self._seen_s = up_s
        for rule in self._rules:
            rule.begin(up_s)

    def pack(self):
        """BYTES bytes for retained memory."""
        packed = struct.pack(_HEAD, self._mark, self._seen_s, self._levels())
        return packed + b"".join([rule.pack() for rule in self._rules])

    def unpack(self, packed):
        mark, self._seen_s, levels = struct.unpack_from(_HEAD, packed)
        self._set_levels(levels)
        self._is_strange = mark != self._mark
        place = struct.calcsize(_HEAD)
        for rule in self._rules:
            size = rule.size()
            rule.unpack(packed[place : place + size])
            place += size

    def learned(self):
        """LEARNED_BYTES bytes for flash: levels and habits."""
        use, longest_min = self._use, self._pause.longest_min
        values = self._levels(), use.mean_ml, use.peak_ml, use.days, longest_min
        return struct.pack(_LEARNED, *values) + self._small.learned()

    def relearn(self, packed):
        """What learned() said in an earlier life; begin() has to follow."""
        use = self._use
        levels, use.mean_ml, use.peak_ml, use.days, self._pause.longest_min = struct.unpack_from(
            _LEARNED, packed
        )
        self._small.relearn(packed[_LEARNED_BYTES:])
        self._set_levels(levels)

    def expect_flow(self, until_s):
        """Until then (up_s) a high flow is no burst."""
        self._burst.expected_s = until_s

    def take(self, look):
        """The list of Change that this look brings."""
        elapsed_s = look.up_s - self._seen_s
        if self._is_strange or elapsed_s < 0:
            self.begin(look.up_s)
            self._is_strange, elapsed_s = False, 0
        if look.up_s // _DAY_S != self._seen_s // _DAY_S:
            self._pause.forget()
        self._seen_s = look.up_s
        use, pause, leak = self._use, self._pause, self._leak
        pause.known_days, pause.last_s = use.days, leak.last_s
        leak.is_busy = use.mean_ml > _BUSY_ML
        changes = []
        for n, rule in enumerate(self._rules):
            before = rule.level
            known = self._row(n, before) if before else None  # of an end, what was last known
            rule.take(look, elapsed_s)
            if not self._limits.kinds & 2 << n:
                rule.put(0, look.up_s)
            if rule.level > before:
                changes.append(self._row(n, before))
            elif known and rule.level < before:
                head = n + 1, before, rule.level, known.since_s, rule.begin_s
                changes.append(Change(*head, *known[5:]))
        return changes

    def clear(self, kind):
        """Somebody has seen to it: it has to last as long again. List of Change, as of take()."""
        rule = self._rules[kind - 1]
        before = rule.level
        if not before:
            return []
        known = self._row(kind - 1, before)
        rule.clear(self._seen_s)
        if kind == NO_FLOW:
            self._leak.begin(self._seen_s)  # it knows the last pulse
        return [Change(kind, before, 0, known.since_s, self._seen_s, *known[5:])]

    def next_s(self):
        """up_s of a look that is needed beside the usual ones; None."""
        kinds, leak_s, burst_s = self._limits.kinds, None, None
        if kinds & 1 << CONTINUOUS:
            leak_s = self._leak.next_s(self._seen_s)
        if kinds & 1 << BURST:
            burst_s = self._burst.next_s()
        if leak_s is None or burst_s is None:
            return leak_s or burst_s
        return min(leak_s, burst_s)

    def active(self):
        """A Change for each kind that is on; before is its level."""
        return [self._row(n, rule.level) for n, rule in enumerate(self._rules) if rule.level]

    def _levels(self):
        levels = self._tamper.signs
        for rule in self._rules:
            levels = levels << 2 | rule.level
        return levels

    def _set_levels(self, levels):
        for rule in reversed(self._rules):
            rule.level = levels & 3
            levels >>= 2
        self._tamper.signs = levels

    def _row(self, n, before):
        rule = self._rules[n]
        since_s = min(rule.since(), rule.begin_s)
        loss = rule.loss(self._seen_s)
        return Change(n + 1, before, rule.level, since_s, rule.begin_s, *loss)


def signs(packed):
    """Of tampering, bits of terms.py, in what pack() gave."""
    return struct.unpack_from(_HEAD, packed)[2] >> _SIGNS_AT


def _mark_of(limits):
    mark = 0
    for value in limits:
        mark = (mark * 31 + value) & 0xFFFF
    return mark
