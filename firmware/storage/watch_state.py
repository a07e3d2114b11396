"""What the watch for leaks knows from one wake to the next, in retained memory: what it has seen
of the counter, which changes it has still to tell, and what its rules have packed.

Of one moment with the meter's state (state.py). Lost with the power.
"""

import struct

from micropython import const

from firmware.core.leaks.terms import Change
from firmware.storage.retained import WATCH_VERSION

_WHOLE = const(3)  # changes that wait to be told; of more of them only the kind and the levels
_LAYOUT = const("<BIIIBHHBHHIIIIHBB")  # as far as seen_bursts it is read in retained.py, too
_FIELDS = (
    "next_s",  # up_s at which a look is wanted, 0: none
    "urgent_seq",  # of the newest event that should not wait, 0: none
    "levels",  # of all kinds at the last look: two bits each, at twice the kind
    "is_bursting",  # then: the flow of a burst is followed
    "seen_bursts",  # of the counter
    "clears",  # bit 1 << kind: a command asks to end it
    "was_blank",  # state.is_blank at the last look: then pulses of before may be added
    "boot",
    "bursts",  # since the watch began, modulo 2**16
    "up_s",  # of the last look
    "pulses",  # ever counted, modulo 2**32, at the last look
    "reverse_pulses",
    "program",  # of the counter
    "day",  # since power-on, to which the next one belongs
    "reports",  # that alarms have asked for on it
)
_ROW = const("<IIIII")
_ROW_BYTES = const(20)
_MOST = const(0xFFFFFFFF)
_HEAD_BYTES = struct.calcsize(_LAYOUT)
_SEQ = const("<I")
_UP = const(10)  # up_s in _LAYOUT


class WatchState:
    """Attributes: _FIELDS; is_new: nothing was known; rows: of Change; seq: the number that the
    first of them was to get, 0: none; rules: bytes.
    """

    next_s: int
    is_bursting: int
    was_blank: int
    boot: int
    seen_bursts: int
    bursts: int
    up_s: int
    pulses: int
    reverse_pulses: int
    program: int
    urgent_seq: int
    day: int
    reports: int
    levels: int
    clears: int

    def __init__(self, retained):
        self._retained = retained
        packed = retained.watch()
        self.is_new = not packed
        self.rows, self.rules, self.seq = [], b"", 0
        values = [0] * len(_FIELDS) if self.is_new else self._unpack(packed)
        for name, value in zip(_FIELDS, values):
            setattr(self, name, value)

    def _unpack(self, packed):
        values = struct.unpack(_LAYOUT, packed[:_HEAD_BYTES])
        at = _HEAD_BYTES
        count = values[-1]
        if count:
            self.seq = struct.unpack_from(_SEQ, packed, at)[0]
            at += 4
        levels, at = packed[at : at + count], at + count
        for n in range(count):
            numbers = (values[_UP], values[_UP], 0, 0, 0)
            if n < _WHOLE:
                numbers = struct.unpack_from(_ROW, packed, at)
                at += _ROW_BYTES
            self.rows.append(Change(levels[n] >> 4, levels[n] >> 2 & 3, levels[n] & 3, *numbers))
        self.rules = packed[at:]
        return values[1:-1]

    def keep(self):
        values = [getattr(self, name) for name in _FIELDS]
        parts = [struct.pack(_LAYOUT, WATCH_VERSION, *values, len(self.rows))]
        if self.rows:
            parts.append(struct.pack(_SEQ, self.seq))
        parts.append(bytes([row.kind << 4 | row.before << 2 | row.level for row in self.rows]))
        for row in self.rows[:_WHOLE]:
            numbers = [max(0, min(number, _MOST)) for number in row[3:]]
            parts.append(struct.pack(_ROW, *numbers))
        parts.append(self.rules)
        self._retained.keep_watch(b"".join(parts))
