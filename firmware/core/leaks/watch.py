"""All rules of one meter: each look at its counter goes in, what begins or ends comes out."""

import struct

from micropython import const

from firmware.core.leaks.rule import Household
from firmware.core.leaks.terms import ALL_KINDS, BURST, CONTINUOUS, NO_FLOW, QUALITY, Change

# Which of them know which kinds (bits 1 << kind): rules(limits, household) gives (kind, Rule).
_MODULES = const(
    (
        ("firmware.core.leaks.continuous", 0x2),
        ("firmware.core.leaks.small_leak", 0x4),
        ("firmware.core.leaks.burst", 0x8),
        ("firmware.core.leaks.habits", 0x50),
        ("firmware.core.leaks.signs", 0x7A0),
    )
)
_HEAD = const("<HII")  # limits, last look, levels and above them the signs of tampering
_SIGNS_AT = const(20)  # behind two bits of each kind
# Where the bytes of each kind begin, behind the head, and where the last ones end.
_PLACES = const((10, 52, 106, 128, 149, 166, 172, 176, 180, 188, 196))
# In them, what is learned of a household, the last pulse, and the begin of a burst's flow.
_LAST_AT = const(14)
_FLOW_AT = const(110)
_QUIETEST_AT = const(86)
_QUIETEST_BYTES = const(20)
_USE = const("<IIB")  # mean and largest day, days
_USE_AT = const(140)
# The kinds of signs.py, their levels, and what they remember of something that is going on.
_SIGNS = const(0x7A0)
_SIGNS_LEVELS = const(0xCFF)
_SIGNS_PLACES = const(((153, 158), (162, 166), (184, 188), (192, 196)))
_PAUSE = const("<H")
_PAUSE_AT = const(170)
_LEARNED = const("<IIIBH")  # levels, as in _USE, longest pause
_LEARNED_BYTES = const(15)


class Watch:
    """limits: terms.Limits. A new one knows nothing: unpack(), or relearn() and begin().

    What other limits than before mean is learned anew: runs begin again, what is on stays on
    until it ends by the new limits, habits stay.

    call(module, name, *arguments): what that function returns. The rules are visited one module
    after the other, so it need not have all of them in memory.
    """

    BYTES = const(196)
    LEARNED_BYTES = const(35)

    def __init__(self, limits, call):
        self._limits = limits
        self._call = call
        self._mark = _mark_of(limits)
        self._is_strange = False  # the state is of other limits
        self._seen_s = self._levels = 0
        self._wanted_s = None  # next_s() of each rule that wants a look, when they were asked
        self._packed = bytearray(self.BYTES)
        self._keep(_QUIETEST_AT, b"\xff" * _QUIETEST_BYTES)

    def begin(self, up_s):
        """After a loss of power: what was going on begins anew, levels and habits stay."""
        self._seen_s = up_s
        self._visit(ALL_KINDS, lambda kind, rule: rule.begin(up_s))

    def pack(self):
        """BYTES bytes for retained memory."""
        struct.pack_into(_HEAD, self._packed, 0, self._mark, self._seen_s, self._levels)
        return bytes(self._packed)

    def unpack(self, packed):
        mark, self._seen_s, self._levels = struct.unpack_from(_HEAD, packed)
        self._is_strange = mark != self._mark
        self._wanted_s = None
        self._keep(0, packed)

    def learned(self):
        """LEARNED_BYTES bytes for flash: levels and habits."""
        use = struct.unpack_from(_USE, self._packed, _USE_AT)
        pause = struct.unpack_from(_PAUSE, self._packed, _PAUSE_AT)
        quietest = self._packed[_QUIETEST_AT : _QUIETEST_AT + _QUIETEST_BYTES]
        return struct.pack(_LEARNED, self._levels, *use, *pause) + quietest

    def relearn(self, packed):
        """What learned() said in an earlier life; begin() has to follow."""
        self._levels, *use, pause = struct.unpack_from(_LEARNED, packed)
        struct.pack_into(_USE, self._packed, _USE_AT, *use)
        struct.pack_into(_PAUSE, self._packed, _PAUSE_AT, pause)
        self._keep(_QUIETEST_AT, packed[_LEARNED_BYTES:])

    def take(self, look):
        """The list of Change that this look brings."""
        elapsed_s = look.up_s - self._seen_s
        if self._is_strange or elapsed_s < 0:
            self.begin(look.up_s)
            self._is_strange, elapsed_s = False, 0
        self._seen_s, self._wanted_s = look.up_s, []
        changes: list = []
        kinds = ALL_KINDS if self._has_signs(look) else ALL_KINDS & ~_SIGNS
        self._visit(kinds, lambda kind, rule: self._take(kind, rule, look, elapsed_s, changes))
        return sorted(changes, key=lambda change: change.kind)

    def _has_signs(self, look):
        """False: the rules of signs.py would find and change nothing, as mostly."""
        if look.reverse_ml or look.faults or look.water_centi_c is not None:
            return True
        parts = [self._packed[begin:end] for begin, end in _SIGNS_PLACES]
        return bool(self._levels & _SIGNS_LEVELS or any(b"".join(parts)))

    def _take(self, kind, rule, look, elapsed_s, changes):
        before = rule.level
        known = self._row(kind, rule, before) if before else None  # of an end, what was last known
        rule.take(look, elapsed_s)
        if self._limits.kinds & 1 << kind:
            self._want(rule)
        else:
            rule.put(0, look.up_s)
        if rule.level > before:
            changes.append(self._row(kind, rule, before))
        elif known and rule.level < before:
            head = kind, before, rule.level, known.since_s, rule.begin_s
            lost_ml = rule.lost_ml if kind == BURST else known.lost_ml  # it knows its last water
            changes.append(Change(*head, known.rate_ml_h, known.rate_error_ml_h, lost_ml))

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
        """up_s of a look that is needed beside the usual ones; None."""
        if self._wanted_s is None:
            self._wanted_s = []
            wanting = self._limits.kinds & (1 << CONTINUOUS | 1 << BURST)
            self._visit(wanting, lambda kind, rule: self._want(rule))
        return min(self._wanted_s) if self._wanted_s else None

    def is_bursting(self):
        """True while the flow of a burst is followed: that long no other one needs a look."""
        return bool(struct.unpack_from("<I", self._packed, _FLOW_AT)[0])

    def _want(self, rule):
        wanted_s = rule.next_s(self._seen_s)
        if wanted_s is not None:
            self._wanted_s.append(wanted_s)

    def active(self):
        """A Change for each kind that is on; before is its level."""
        rows = []
        on = sum([1 << kind for kind in range(CONTINUOUS, QUALITY + 1) if self._level(kind)])
        self._visit(on, lambda kind, rule: rows.append(self._row(kind, rule, rule.level)))
        return sorted(rows, key=lambda row: row.kind)

    def levels(self):
        """Of all kinds: two bits each, at twice the kind."""
        return sum([self._level(kind) << 2 * kind for kind in range(CONTINUOUS, QUALITY + 1)])

    def _visit(self, kinds, act):
        """act(kind, rule) for the rule of each of these kinds."""
        use = struct.unpack_from(_USE, self._packed, _USE_AT)
        last_s = struct.unpack_from("<I", self._packed, _LAST_AT)[0]
        household = Household(last_s, use[0], use[2])
        for module, known in _MODULES:
            if known & kinds:
                self._act(module, household, kinds, act)

    def _act(self, module, household, kinds, act):
        for kind, rule in self._call(module, "rules", self._limits, household):
            if not kinds & 1 << kind:
                continue
            begin, end = _PLACES[kind - 1], _PLACES[kind]
            rule.level, rule.signs = self._level(kind), self._levels >> _SIGNS_AT
            rule.unpack(self._packed[begin:end])
            act(kind, rule)
            self._keep(begin, rule.pack())
            others = self._levels & ((1 << _SIGNS_AT) - 1) & ~(3 << _shift(kind))
            self._levels = rule.signs << _SIGNS_AT | others | rule.level << _shift(kind)

    def _keep(self, begin, content):
        self._packed[begin : begin + len(content)] = content

    def _level(self, kind):
        return self._levels >> _shift(kind) & 3

    def _row(self, kind, rule, before):
        since_s = min(rule.since(), rule.begin_s)
        loss = rule.loss(self._seen_s)
        return Change(kind, before, rule.level, since_s, rule.begin_s, *loss)


def signs(packed):
    """Of tampering, bits of terms.py, in what pack() gave."""
    return struct.unpack_from(_HEAD, packed)[2] >> _SIGNS_AT


def _shift(kind):
    return 2 * (QUALITY - kind)


def _mark_of(limits):
    mark = 0
    for value in limits:
        mark = (mark * 31 + value) & 0xFFFF
    return mark
