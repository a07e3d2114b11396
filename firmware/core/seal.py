"""Bytes that prove themselves: a CRC-32 behind the content."""

import binascii
import struct

from micropython import const

SEAL_BYTES = const(4)


def seal(content):
    return content + struct.pack("<I", binascii.crc32(content))


def seal_in(buffer, begin, end):
    """Seal what is in a buffer from begin to end; the seal goes behind it."""
    struct.pack_into("<I", buffer, end, binascii.crc32(memoryview(buffer)[begin:end]))


def unseal(sealed):
    """The content of a sealed block, or None when it is damaged."""
    content = sealed[:-SEAL_BYTES]
    if len(sealed) > SEAL_BYTES and struct.pack("<I", binascii.crc32(content)) == sealed[-4:]:
        return content
    return None
