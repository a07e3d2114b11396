"""Numbers in the words of a command."""

from micropython import const

_MOST_DIGITS = const(10)
_HIGHEST = 0xFFFFFFFF


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
