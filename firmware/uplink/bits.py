"""A string of bits in a buffer, most significant first, and the numbers in it: docs/payload.md."""

from micropython import const

_MOST_ONES = const(12)


class Bits:
    """buffer: a memoryview; where it ends, everything that puts is an IndexError."""

    def __init__(self, buffer):
        self._buffer = buffer
        self._place = (0, 0, 0)  # whole bytes, the bits behind them, and how many these are

    def put(self, value, width):
        """The lowest `width` bits of value, which has no others."""
        at, rest, have = self._place
        value |= rest << width
        width += have
        while width >= 8:
            width -= 8
            self._buffer[at] = value >> width & 0xFF
            at += 1
        value &= (1 << width) - 1
        if width:
            self._buffer[at] = value << 8 - width  # so the buffer is right at any time
        self._place = at, value, width

    def whole(self, value):
        """0 to 2**63 - 1."""
        width = 0
        while value >> width:
            width += 1
        self.put(width, 6)
        self.put(value, width)

    def signed(self, value):
        """-2**63 to 2**63 - 1."""
        self.put(value < 0, 1)
        self.whole(~value if value < 0 else value)

    def rice(self, value, mean8):
        """As short as it is near to what came before; returns the next mean8.

        mean8: eight times the mean of these, as it has moved so far.
        """
        shift = 0
        while 8 << shift < mean8:
            shift += 1
        ones = value >> shift
        if ones < _MOST_ONES:
            self.put((2 << ones) - 2, ones + 1)
            self.put(value & (1 << shift) - 1, shift)
        else:
            self.put((1 << _MOST_ONES) - 1, _MOST_ONES)
            self.whole(value)
        return mean8 + min(value, 16 << shift) - (mean8 >> 3)


def folded(value):
    """0, -1, 1, -2, 2 ... as 0, 1, 2, 3, 4 ..."""
    return -2 * value - 1 if value < 0 else 2 * value


def coarse(value):
    """The number of the step that covers an uncertainty: 0 1 2 3 4 6 8 12 16, ...."""
    octaves = 0
    while value > 3:
        value = value + 1 >> 1
        octaves += 2
    return min(63, octaves + value)
