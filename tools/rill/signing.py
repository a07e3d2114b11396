"""Commands to a meter: one line of ASCII, signed with the meter's own key.

`rill1 DEVICE COUNTER EXPIRES NAME[ ARG...] MAC`; the MAC is the first 32 hex digits of the
HMAC-SHA256 of all before the last space.
"""

import hmac
import re
from pathlib import Path

_MOST_BYTES = 200
_MAC_DIGITS = 32
_MOST_NUMBER = 2**32 - 1
_WORD = re.compile(r"[!-~]+")
_KEY_LINE = re.compile(r"(?P<device>[A-Za-z0-9_-]{1,32})\s+(?P<key>[0-9A-Fa-f]{64})")


class SigningError(Exception):
    """No line can be made: one sentence, which never has a key in it."""


def sign(key: bytes, device: str, counter: int, expires_s: int, name: str, *arguments) -> str:
    """The line; expires_s is Unix time. SigningError when a meter would not read it."""
    if not 1 <= counter <= _MOST_NUMBER or not 1 <= expires_s <= _MOST_NUMBER:
        raise SigningError("the counter and the expiry of a command are 1 to 4294967295")
    words = ["rill1", device, str(counter), str(expires_s), name, *map(str, arguments)]
    for word in words:
        if not _WORD.fullmatch(word):
            raise SigningError(f"{word!r} is not a word of a command: ASCII without spaces")
    signed = " ".join(words)
    line = f"{signed} {hmac.digest(key, signed.encode(), 'sha256').hex()[:_MAC_DIGITS]}"
    if len(line) > _MOST_BYTES:
        raise SigningError(f"the command has {len(line)} bytes; a meter takes {_MOST_BYTES}")
    return line


def read_keys(path) -> dict[str, bytes]:
    """The keys of a file of lines `DEVICE HEX64`; empty lines and those with # are passed.

    SigningError tells what is wrong, by the number of the line.
    """
    try:
        lines = Path(path).read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise SigningError(f"the keys in {str(path)!r} can't be read: {reason}") from error
    keys = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _KEY_LINE.fullmatch(line.strip())
        if not found or found["device"] in keys:
            why = "names a device again" if found else "is not DEVICE and 64 hex digits"
            raise SigningError(f"line {number} of {str(path)!r} {why}")
        keys[found["device"]] = bytes.fromhex(found["key"])
    return keys
