"""One stored event as bytes: docs/record-format.md, kind 3.

What happened, with the value before and after it. docs/events.md says what each code means.
"""

import struct
from collections import namedtuple

from micropython import const

_KIND = const(3)
_LAYOUT = const("<BBIHBHBqq")
_HEAD_BYTES = const(28)
_MOST_TEXT_BYTES = const(40)
_SPACE = const(32)
_UNKNOWN = const(63)  # a question mark

BOOT = const(1)  # before: one of the four below; after: boot number; text: firmware, place
WAKE_FAILED = const(2)  # after: wakes in a row that did not end in sleep
CLOCK_SET = const(3)  # before (0: unknown), after: Unix seconds
CLOCK_DOUBTED = const(4)  # before: the meter's time; after: what the network said
CONFIG_CHANGED = const(5)  # before, after: of the setting in text, 0 for a text
CONFIG_REFUSED = const(6)  # text: why
DROPPED = const(7)  # records before ... after of the stream in text: full before a report
UNREADABLE = const(8)  # records before ... after of the stream in text: damaged
JOURNAL_FAULT = const(9)  # before: wakes without; after: 0 it is back, 1 made anew (text)
COUNTER_FAULT = const(10)  # before, after: pulses, when it was noticed
REPORTS_FAILED = const(11)  # before: so many in a row; after: 0, this one got through
BODY_READING = const(12)  # before, after: mL that the body shows more than the odometer; text: who
HAND_OVER = const(13)  # before, after: odometer in mL; text: who, from which meter
QUALITY_FLAG = const(14)  # before, after: flag of the column in text, core/quality.py
QUALITY_LIMIT = const(15)  # before: value; after: the limit that it is above, 0: no longer
CALIBRATED = const(16)  # before, after: factor in thousandths; text: probe, standard, who
FILTER_CHANGED = const(17)  # before: mL through the old one; after: its days; text: who
FILTER_LIFE = const(18)  # before, after: thousandths left then and now; text: what limits it
REJECTION = const(19)  # before: thousandths; after: the limit they are below, 0: no longer
CALIBRATION_POINT = const(20)  # before: raw microvolts; after: offset in microvolts; text: where
LINK = const(21)  # before: core/fault.py; after: its cause; text: the rung that follows, signal
POWER_SAVING = const(22)  # T3324 and T3412 extended as granted now, seconds, -1: not granted
COMMAND = const(23)  # before, after: of what was set, as it was told to do; text: name, arguments
COMMAND_REFUSED = const(24)  # before: code of core/refusal.py; after: its counter, as it says
ALARM = const(25)  # before, after: 10 * kind + level; text: age in s, ml/h, error, ml lost, signs

# Why a boot came.
POWER_ON = const(0)
RESET = const(1)
WATCHDOG = const(2)
BROWN_OUT = const(3)

Event = namedtuple(
    "Event",
    (
        "code",
        "time_s",  # as in a reading
        "boot",
        "flags",  # record.TIME_UNKNOWN or 0
        "uncertainty_s",
        "era",
        "before",  # 64 bits, signed
        "after",
        "text",
    ),
)


def pack(event):
    """The 28 bytes of an event and its text, cut to 40 bytes."""
    return struct.pack(_LAYOUT, _KIND, *event[:-1]) + cut(event.text, _MOST_TEXT_BYTES)


def unpack(body):
    """The event in body; ValueError when it is not one of this version."""
    if len(body) < _HEAD_BYTES or body[0] != _KIND:
        raise ValueError("not an event of this version")
    values = struct.unpack(_LAYOUT, body[:_HEAD_BYTES])[1:]
    return Event(*(values + (str(body[_HEAD_BYTES:], "utf-8"),)))


def _is_plain(byte):
    return byte >= _SPACE and byte not in b'"\\\x7f'


def cut(text, most_bytes):
    """Its first bytes in UTF-8, no letter cut in two, without what would need a backslash."""
    # What JSON writes with a backslash would make a message longer than an event may be.
    encoded = bytes([byte if _is_plain(byte) else _UNKNOWN for byte in text.encode()])
    end = min(len(encoded), most_bytes)
    while 0 < end < len(encoded) and encoded[end] & 0xC0 == 0x80:  # not in the middle of a letter
        end -= 1
    return encoded[:end]
