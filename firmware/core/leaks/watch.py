"""All rules of one meter: each look at its counter goes in, what begins or ends comes out."""

import struct

from micropython import const

from firmware.core.leaks.terms import ALL_KINDS, BURST, CONTINUOUS, QUALITY, Change, Household

# Which of them know which kinds (bits 1 << kind): rules(limits, household) gives (kind, Rule).
_MODULES = const(
    (
        ("firmware.core.leaks.continuous", 0x2),
        ("firmware.core.leaks.burst", 0x8),
        ("firmware.core.leaks.habits", 0x54),
        ("firmware.core.leaks.signs", 0x7A0),
    )
)
_HEAD = const("<HII")  # limits, last look, levels and above them the signs of tampering
_SIGNS_AT = const(20)  # behind two bits of each kind
# Where the bytes of each kind begin, behind the head, and where the last ones end.
_PLACES = const((10, 52, 106, 128, 149, 166, 170, 174, 178, 186, 194))
# In them, the last pulse, the begin of a burst's flow, and how many were seen.
_LAST_AT = const(14)
_FLOW_AT = const(110)
_SEEN_AT = const(114)
_USE = const("<IIB")  # mean and largest day, days
_USE_AT = const(140)
# The kinds of signs.py, their levels, and what they remember of something that is going on.
_SIGNS = const(0x7A0)
_SIGNS_LEVELS = const(0xCFF)
_SIGNS_PLACES = const(((153, 158), (162, 166), (182, 186), (190, 194)))


class Watch:
    """limits: terms.Limits. A new one knows nothing: unpack() has to follow, or what is in
    anew.py. What else there is to do with one than a look is in whole.py.

    What other limits than before mean is learned anew: runs begin again, what is on stays on
    until it ends by the new limits, habits stay.

    load(module, name): that function; None: an import. The rules are visited one module after the
    other, so it need not leave any of them in memory.
    """

    BYTES = const(194)

    def __init__(self, limits, load=None):
        self._limits = limits
        self._load = load or _loaded
        self._mark = _mark_of(limits)
        self._is_strange = False  # the state is of other limits
        self._seen_s = self._levels = 0
        self._wanted_s = None  # next_s() of each rule that wants a look, when they were asked
        self._packed = bytearray(self.BYTES)

    def pack(self):
        """BYTES bytes for retained memory."""
        struct.pack_into(_HEAD, self._packed, 0, self._mark, self._seen_s, self._levels)
        return bytes(self._packed)

    def unpack(self, packed):
        mark, self._seen_s, self._levels = struct.unpack_from(_HEAD, packed)
        self._is_strange = mark != self._mark
        self._wanted_s = None
        self._keep(0, packed)

    def take(self, look):
        """The list of Change that this look brings."""
        elapsed_s = look.up_s - self._seen_s
        if self._is_strange or elapsed_s < 0:
            from firmware.core.leaks.anew import begin

            begin(self, look.up_s)
            self._is_strange, elapsed_s = False, 0
        self._seen_s, self._wanted_s = look.up_s, []
        changes: list = []
        kinds = ALL_KINDS if self._has_signs(look) else ALL_KINDS & ~_SIGNS
        if not self._has_burst(look):
            kinds &= ~(1 << BURST)
        self._visit(kinds, lambda kind, rule: self._take(kind, rule, look, elapsed_s, changes))
        return sorted(changes, key=lambda change: change.kind)

    def _has_signs(self, look):
        """False: the rules of signs.py would find and change nothing, as mostly."""
        if look.reverse_ml or look.faults or look.water_centi_c is not None:
            return True
        parts = [self._packed[begin:end] for begin, end in _SIGNS_PLACES]
        return bool(self._levels & _SIGNS_LEVELS or any(b"".join(parts)))

    def _has_burst(self, look):
        """False: the rule of bursts would find and change nothing, as mostly."""
        if look.burst_age_s is not None or self._level(BURST) or self.is_bursting():
            return True
        return look.bursts != struct.unpack_from("<H", self._packed, _SEEN_AT)[0]

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

    def next_s(self):
        """up_s of a look that is needed beside the usual ones, behind take(); None."""
        return min(self._wanted_s) if self._wanted_s else None

    def is_bursting(self):
        """True while the flow of a burst is followed: that long no other one needs a look."""
        return bool(struct.unpack_from("<I", self._packed, _FLOW_AT)[0])

    def _want(self, rule):
        wanted_s = rule.next_s(self._seen_s)
        if wanted_s is not None:
            self._wanted_s.append(wanted_s)

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
        for kind, rule in self._load(module, "rules")(self._limits, household):
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


def _loaded(module, name):
    return getattr(__import__(module, None, None, (name,)), name)


def _shift(kind):
    return 2 * (QUALITY - kind)


def _mark_of(limits):
    mark = 0
    for value in limits:
        mark = (mark * 31 + value) & 0xFFFF
    return mark
