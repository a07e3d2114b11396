"""Why a command is not obeyed: docs/commands.md."""

from micropython import const

from firmware.core.errors import MeterError

# Codes of event 24. Nobody knows of the first five who sent them.
MALFORMED = const(1)
OVERSIZED = const(2)
WRONG_DEVICE = const(3)
NO_KEY = const(4)  # on this meter
BAD_SIGNATURE = const(5)
REPLAYED = const(6)  # its counter is below that of the last one obeyed
REPEATED = const(7)  # its counter is that of the last one obeyed
CLOCK_UNKNOWN = const(8)
EXPIRED = const(9)
UNKNOWN = const(10)
BAD_ARGUMENT = const(11)
NOT_POSSIBLE = const(12)  # on this meter, or now
NOT_STORED = const(13)  # the flash failed, or there was no memory
_REASONS = (
    "malformed", "oversized", "wrong device", "no key", "bad signature", "replayed", "repeated",
    "clock unknown", "expired", "unknown command", "bad argument", "not possible", "not stored",
)  # fmt: skip


class Refused(MeterError):
    """code: one of those above. counter: as the line says, 0: it says none. detail: a sentence."""

    def __init__(self, code, counter=0, detail=""):
        super().__init__("%s: %s" % (_REASONS[code - 1], detail) if detail else _REASONS[code - 1])
        self.code = code
        self.counter = counter

    @property
    def is_authentic(self):
        """True when whoever holds the key has made the line."""
        return self.code > BAD_SIGNATURE
