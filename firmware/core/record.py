"""One stored reading as bytes: docs/record-format.md, kinds 1, 2 and 5."""

import struct
from collections import namedtuple

from micropython import const

_KIND_WITHOUT_UNCERTAINTY = const(1)  # of firmware 0.1
_KIND = const(2)
_KIND_WITH_QUALITY = const(5)  # the same, and what core/column.py makes behind it
_LAYOUT = const("<BIHHQIHQIIHB")
_BYTES = const(42)
_OLD_BYTES = const(39)
_COLUMN = const("<BBiIi")
_COLUMN_BYTES = const(14)
_NONE = const(-(1 << 31))

NOT_KNOWN_S = const(0xFFFF)  # an uncertainty that nobody can state, or of 18 hours and more

# Flags of a reading; each says something about the interval that ends with it.
TIME_UNKNOWN = const(1)  # time_s holds seconds since power-on of boot number `boot`
POWER_LOST = const(2)  # power was lost: up to an hour of water may be missing
RESET = const(4)  # a reset, crash or watchdog ended a wake early; no water is missing
ON_DEMAND = const(8)  # taken because of power-on, the button or an alarm
CONFIG_REFUSED = const(16)  # config.json is wrong; the last good configuration is in force
STORAGE_FAULT = const(32)  # the journal could not be used at times
DATED_LATER = const(64)  # only on the wire: its time was found, put right or confirmed later
COUNTER_FAULT = const(128)  # the counter stood still, ran slow or lost its memory: water missing
CHATTER = const(256)  # a reed chattered on its switching point
OVERRATE = const(512)  # pulses came faster than this meter can turn
REVERSE = const(1024)  # turns backward
BURST = const(2048)  # the flow that the configuration calls a burst
ILLEGAL = const(4096)  # both reeds changed at once: a turn may be missing
DAILY = const(8192)  # only on the wire: what is missing before it is kept back, see `coarse`

Reading = namedtuple(
    "Reading",
    (
        "time_s",  # Unix seconds, or seconds since power-on (TIME_UNKNOWN)
        "boot",  # how often this meter got power, modulo 2**16
        "flags",
        "odometer_ml",
        "interval_ml",  # odometer minus the odometer of the record before
        "battery_mv",
        "pulses",  # all pulses ever counted
        "count",  # the coprocessor's counter, to go on from after a loss of retained memory
        "rest",  # carried remainder of the volume conversion
        "uncertainty_s",  # of time_s, as known when it was taken; NOT_KNOWN_S
        "era",  # of time_s: see core/dating.py
    ),
)


def pack(reading, columns=b""):
    """The 42 bytes of a reading, and its quality as packed by core/column.py."""
    kind = _KIND_WITH_QUALITY if columns else _KIND
    return struct.pack(_LAYOUT, kind, *reading) + columns


def unpack(body):
    """The reading in body; ValueError when it is not one of this version or an older one."""
    if len(body) == _OLD_BYTES and body[0] == _KIND_WITHOUT_UNCERTAINTY:
        old = struct.unpack(_LAYOUT[:-2], body)[1:]
        return Reading(*(old + (NOT_KNOWN_S, 0)))
    if not quality(body) and (len(body) != _BYTES or body[0] != _KIND):
        raise ValueError("not a reading of this version")
    return Reading(*struct.unpack(_LAYOUT, body[:_BYTES])[1:])


def quality(body):
    """The end of a body that holds quality values; empty: it has none."""
    more = len(body) - _BYTES
    is_one = more > 0 and not more % _COLUMN_BYTES and body[0] == _KIND_WITH_QUALITY
    return body[_BYTES:] if is_one else b""


def pack_quality(kind, flag, value, uncertainty, raw):
    """The 14 bytes of a quality value, core/column.py; value: None, it was rejected."""
    return struct.pack(_COLUMN, kind, flag, _NONE if value is None else value, uncertainty, raw)


def quality_rows(packed):
    """Lists of what pack_quality() was given."""
    rows = []
    for at in range(0, len(packed), _COLUMN_BYTES):
        row = list(struct.unpack(_COLUMN, packed[at : at + _COLUMN_BYTES]))
        if row[2] == _NONE:
            row[2] = None
        rows.append(row)
    return rows
