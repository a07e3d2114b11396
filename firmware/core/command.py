"""A command of the head end: one signed line, docs/commands.md.

rill1 DEVICE COUNTER EXPIRES NAME[ ARGUMENT...] MAC
"""

from binascii import hexlify

from micropython import const

from firmware.core import refusal
from firmware.core.decimal import number
from firmware.core.hmac import hmac_sha256
from firmware.core.refusal import Refused

_VERSION = b"rill1"
_MOST_BYTES = const(200)
_LEAST_WORDS = const(6)
_MAC_DIGITS = const(32)


def opened(line, device, key, last_counter, now_s):
    """(counter, name, arguments) of a line that is to be obeyed; Refused.

    line: bytes. key: of this device, None: it has none. last_counter: of the last command that
    was obeyed. now_s: Unix time, None: not known.
    """
    if len(line) > _MOST_BYTES:
        raise Refused(refusal.OVERSIZED)
    words, counter, expires_s = _parts(line)
    if words[1] != device.encode():
        raise Refused(refusal.WRONG_DEVICE, counter)
    if key is None:
        raise Refused(refusal.NO_KEY, counter)
    mac = hexlify(hmac_sha256(key, line[: -_MAC_DIGITS - 1]))[:_MAC_DIGITS]
    if not _are_equal(mac, words[-1]):
        raise Refused(refusal.BAD_SIGNATURE, counter)
    if counter <= last_counter:
        raise Refused(refusal.REPEATED if counter == last_counter else refusal.REPLAYED, counter)
    if now_s is None:
        raise Refused(refusal.CLOCK_UNKNOWN, counter)
    if now_s > expires_s:
        raise Refused(refusal.EXPIRED, counter)
    name, *arguments = [word.decode() for word in words[4:-1]]
    return counter, name, arguments


def _parts(line):
    """(words, counter, expires_s); nothing is cut out or read in two ways."""
    for byte in line:
        if not 32 <= byte < 127:
            raise Refused(refusal.MALFORMED)
    words = line.split(b" ")
    if len(words) < _LEAST_WORDS or words[0] != _VERSION or not all(words):
        raise Refused(refusal.MALFORMED)
    counter, expires_s = number(words[2]), number(words[3])
    if not counter or expires_s is None or len(words[-1]) != _MAC_DIGITS:
        raise Refused(refusal.MALFORMED)
    return words, counter, expires_s


def _are_equal(one, other):
    """In the same time wherever they differ: that would tell a forger digit after digit."""
    difference = 0
    for n in range(_MAC_DIGITS):
        difference |= one[n] ^ other[n]
    return not difference
