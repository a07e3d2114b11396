"""A command of the head end: one signed line, docs/commands.md.

rill1 DEVICE COUNTER EXPIRES NAME[ ARGUMENT...] MAC
"""

from binascii import hexlify

from micropython import const

from firmware.core.errors import MeterError
from firmware.core.hmac import hmac_sha256

# Why one is refused: codes of event 24. Nobody knows of the first five who sent them.
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

_VERSION = b"rill1"
_MOST_BYTES = const(200)
_LEAST_WORDS = const(6)
_MAC_DIGITS = const(32)
_MOST_DIGITS = const(10)
_HIGHEST = 0xFFFFFFFF


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


def opened(line, device, key, last_counter, now_s):
    """(counter, name, arguments) of a line that is to be obeyed; Refused.

    line: bytes. key: of this device, None: it has none. last_counter: of the last command that
    was obeyed. now_s: Unix time, None: not known.
    """
    if len(line) > _MOST_BYTES:
        raise Refused(OVERSIZED)
    words, counter, expires_s = _parts(line)
    if words[1] != device.encode():
        raise Refused(WRONG_DEVICE, counter)
    if key is None:
        raise Refused(NO_KEY, counter)
    mac = hexlify(hmac_sha256(key, line[: -_MAC_DIGITS - 1]))[:_MAC_DIGITS]
    if not _are_equal(mac, words[-1]):
        raise Refused(BAD_SIGNATURE, counter)
    if counter <= last_counter:
        raise Refused(REPEATED if counter == last_counter else REPLAYED, counter)
    if now_s is None:
        raise Refused(CLOCK_UNKNOWN, counter)
    if now_s > expires_s:
        raise Refused(EXPIRED, counter)
    name, *arguments = [word.decode() for word in words[4:-1]]
    return counter, name, arguments


def _parts(line):
    """(words, counter, expires_s); nothing is cut out or read in two ways."""
    for byte in line:
        if not 32 <= byte < 127:
            raise Refused(MALFORMED)
    words = line.split(b" ")
    if len(words) < _LEAST_WORDS or words[0] != _VERSION or not all(words):
        raise Refused(MALFORMED)
    counter, expires_s = number(words[2]), number(words[3])
    if not counter or expires_s is None or len(words[-1]) != _MAC_DIGITS:
        raise Refused(MALFORMED)
    return words, counter, expires_s


def number(word):
    """0 ... 2**32 - 1 in decimal digits, None: it is none. Text or bytes."""
    digits = word if isinstance(word, bytes) else word.encode()
    if not digits or len(digits) > _MOST_DIGITS or (digits[0] == 48 and len(digits) > 1):
        return None
    for digit in digits:
        if not 48 <= digit <= 57:
            return None
    value = int(digits)
    return value if value <= _HIGHEST else None


def _are_equal(one, other):
    """In the same time wherever they differ: that would tell a forger digit after digit."""
    difference = 0
    for n in range(_MAC_DIGITS):
        difference |= one[n] ^ other[n]
    return not difference
