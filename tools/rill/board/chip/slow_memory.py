"""uctypes.bytearray_at as far as firmware/hal uses it: a copy, so read it at once."""

from border import BYTES, border


def bytearray_at(address, size):
    return border.call_bytes(BYTES, size << 32 | address)
