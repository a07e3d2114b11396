"""The frame around each stored record: docs/record-format.md.

    length  sequence number  body           CRC-32 of all before  length
    1 byte  4 bytes          length bytes   4 bytes               1 byte

The length at the end lets the last record of a segment be found without reading the rest.
"""

import binascii
import struct

from micropython import const

_HEAD = const(5)
_TAIL = const(5)
OVERHEAD_BYTES = const(10)
SHORTEST_BYTES = const(11)
LONGEST_BYTES = const(265)  # a body of 255 bytes


def wrap(seq, body, salt=0):
    """The frame of a body of 1 ... 255 bytes; ValueError for any other.

    salt: of the stream, what its CRCs begin with: a file of another one holds no sound frame.
    """
    if not 1 <= len(body) <= 255:
        raise ValueError("a body of %d bytes" % len(body))
    head = struct.pack("<BI", len(body), seq) + body
    return head + struct.pack("<IB", binascii.crc32(head, salt), len(body))


def length(view, salt=0):
    """Bytes of the whole frame at the beginning of view; 0 when there is no sound one.

    None when view ends before the frame does.
    """
    if not view:
        return None
    body_bytes = view[0]
    if not body_bytes:
        return 0
    whole = body_bytes + OVERHEAD_BYTES
    if len(view) < whole:
        return None
    crc, again = struct.unpack_from("<IB", view, whole - _TAIL)
    if again != body_bytes or binascii.crc32(view[: whole - _TAIL], salt) != crc:
        return 0
    return whole


def seq(view):
    return struct.unpack_from("<I", view, 1)[0]


def belongs(view, segment, offset):
    """True when the sound frame in view can be at that offset of that segment.

    Numbers rise by one from the segment's own. What breaks that came from elsewhere: a
    file under another name, a sector written twice, a body that looks like a frame.
    """
    return 0 <= seq(view) - segment <= offset // SHORTEST_BYTES


def body(view, whole):
    """The body of the sound frame of `whole` bytes at the beginning of view."""
    return view[_HEAD : whole - _TAIL]
