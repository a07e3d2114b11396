"""CBOR (RFC 8949), as much of it as SenML needs; each head as short as it can be."""

import struct

from micropython import const

_NEGATIVE, _TEXT, _ARRAY, _MAP, _TAG = const(1), const(3), const(4), const(5), const(6)
_DECIMAL = const(4)  # tag: [exponent of ten, mantissa]


def _head(kind, n):
    kind <<= 5
    if n < 24:
        return bytes((kind | n,))
    if n < 1 << 8:
        return bytes((kind | 24, n))
    if n < 1 << 16:
        return struct.pack(">BH", kind | 25, n)
    if n < 1 << 32:
        return struct.pack(">BI", kind | 26, n)
    return struct.pack(">BQ", kind | 27, n)


def integer(n):
    """-2**64 to 2**64 - 1."""
    return _head(0, n) if n >= 0 else _head(_NEGATIVE, -1 - n)


def text(s):
    data = s.encode()
    return _head(_TEXT, len(data)) + data


def array(n):
    """The head of an array; n items follow."""
    return _head(_ARRAY, n)


def pairs(n):
    """The head of a map; n keys and values follow."""
    return _head(_MAP, n)


def decimal(mantissa, exponent):
    """mantissa times ten to the exponent, exactly."""
    return _head(_TAG, _DECIMAL) + array(2) + integer(exponent) + integer(mantissa)
