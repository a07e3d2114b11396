"""Quality values beside a reading, as bytes: docs/record-format.md, kind 5."""

import struct
from collections import namedtuple

from micropython import const

from firmware.core import quality, record

_LAYOUT = "<BBiIi"
_BYTES = const(14)
_NONE = -(1 << 31)

# What a column holds, and its unit.
WATER_CENTI_C = const(1)  # hundredths of a degree
SOLIDS_PPB = const(2)  # thousandths of a mg/L
TURBIDITY_MNTU = const(3)  # thousandths of an NTU
PRODUCT_SOLIDS_PPB = const(4)  # the same as 2, behind the membrane of a purifier
NAMES = ("", "water_centi_c", "solids_ppb", "turbidity_mntu", "product_solids_ppb")

# kind: one of the above. flag: core/quality.py. value: None: rejected. uncertainty: two standard
# deviations. raw: microvolts as measured, of a thermometer 0.
Column = namedtuple("Column", ("kind", "flag", "value", "uncertainty", "raw"))


def column(kind, flag, value, uncertainty, raw):
    """A value that its flag rejects is none."""
    return Column(kind, flag, None if quality.is_rejected(flag) else value, uncertainty, raw)


def pack(columns):
    packed = b""
    for one in columns:
        value = _NONE if one.value is None else one.value
        packed += struct.pack(_LAYOUT, one.kind, one.flag, value, one.uncertainty, one.raw)
    return packed


def unpack(body):
    """The columns in the body of a reading, in their order."""
    found = []
    for place in range(len(body) - record.quality_bytes(body), len(body), _BYTES):
        kind, flag, value, uncertainty, raw = struct.unpack_from(_LAYOUT, body, place)
        found.append(Column(kind, flag, None if value == _NONE else value, uncertainty, raw))
    return found
