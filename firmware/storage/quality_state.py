"""What the probes have read before, in retained memory behind the state of the meter.

A loss of power, or damage, forgets it: then everything is as with a new probe.
"""

import struct

from micropython import const

from firmware.core.column import PROBED
from firmware.core.history import Clarity, History
from firmware.core.seal import SEAL_BYTES, seal, unseal

_MAGIC = b"Q1"
_EACH = "<BBB"
_ABOVE = const(0x7F)  # the bit above it is is_on
BYTES = (
    len(_MAGIC)
    + struct.calcsize(Clarity.LAYOUT)
    + len(PROBED) * (struct.calcsize(_EACH) + struct.calcsize(History.LAYOUT))
    + SEAL_BYTES
)


class Known:
    """Of one kind of column: its history, the flag that was told last, readings in a row without
    a fault since then, and above the limit; whether its supply was told to be always on.
    """

    def __init__(self):
        self.history = History()
        self.flag = self.quiet = self.above = self.is_on = 0


class QualityState:
    """known: of each kind of column. clarity: of the turbidity probe."""

    def __init__(self, content=b""):
        self.clarity = Clarity()
        self.known = {kind: Known() for kind in PROBED}
        content = unseal(bytes(content[:BYTES]))
        if content is not None and content[: len(_MAGIC)] == _MAGIC:
            self._unpack(content)

    def _unpack(self, content):
        at = len(_MAGIC)
        end = at + struct.calcsize(Clarity.LAYOUT)
        self.clarity.unpack(content[at:end])
        for kind in PROBED:
            at, end = end, end + struct.calcsize(_EACH)
            known = self.known[kind]
            known.flag, known.quiet, above = struct.unpack(_EACH, content[at:end])
            known.above, known.is_on = above & _ABOVE, above >> 7
            at, end = end, end + struct.calcsize(History.LAYOUT)
            known.history.unpack(content[at:end])

    def pack(self):
        parts = [_MAGIC, self.clarity.pack()]
        for kind in PROBED:
            known = self.known[kind]
            parts += [
                struct.pack(_EACH, known.flag, known.quiet, known.above | known.is_on << 7),
                known.history.pack(),
            ]
        return seal(b"".join(parts))
