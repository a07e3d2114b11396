"""Frames of Modbus RTU, as a master that reads registers.

After "MODBUS over Serial Line" 1.02 and "MODBUS Application Protocol" 1.1b3 of modbus.org.
"""

import struct

from micropython import const

from firmware.core.crc import reflected
from firmware.core.errors import ProbeError

READ_HOLDING = const(3)
READ_INPUT = const(4)
EXCEPTION_BYTES = const(5)
# Forms of a value: 16 bits, 16 bits with a sign, IEEE 754 with its high word first.
UNSIGNED, SIGNED, FLOAT = const(0), const(1), const(2)
WORDS = (1, 1, 2)
_MOST = const(0x7FFFFFFF)  # what a column holds
_EXCEPTION = const(0x80)
_MOST_REGISTERS = const(125)
_REASONS = {
    1: "illegal function",
    2: "illegal address",
    3: "illegal value",
    4: "device failure",
    5: "acknowledged, but not done yet",
    6: "busy",
}


def crc16(data):
    """CRC-16 with 0xA001, begun with ones; it follows the data with its low byte first."""
    return reflected(data, 0xFFFF, 0xA001)


def request(unit, function, address, count):
    """The frame that asks unit 1 ... 247 for so many registers (1 ... 125)."""
    if not (1 <= unit <= 247 and 1 <= count <= _MOST_REGISTERS):
        raise ValueError("unit %d, %d registers" % (unit, count))
    head = struct.pack(">BBHH", unit, function, address, count)
    return head + struct.pack("<H", crc16(head))


def answer_bytes(count):
    """Of the whole answer with so many registers."""
    return 5 + 2 * count


def registers(frame, unit, function, count):
    """The registers of an answer, 16 bits each; ProbeError says what is wrong with it."""
    if len(frame) < EXCEPTION_BYTES:
        raise ProbeError("%d bytes of an answer" % len(frame))
    if struct.unpack("<H", frame[-2:])[0] != crc16(frame[:-2]):
        raise ProbeError("an answer with a wrong CRC")
    if frame[0] != unit:
        raise ProbeError("unit %d answers for unit %d" % (frame[0], unit))
    if frame[1] == function | _EXCEPTION:
        raise ProbeError("unit %d: %s" % (unit, _REASONS.get(frame[2], "code %d" % frame[2])))
    if frame[1] != function or frame[2] != 2 * count or len(frame) != answer_bytes(count):
        raise ProbeError("an answer to something else")
    return list(struct.unpack(">%dH" % count, frame[3:-2]))


def scaled(words, form, factor):
    """The whole number of 1/factor that a value is; ProbeError when it is none."""
    if form != FLOAT:
        word = words[0]
        return factor * (word - 0x10000 if form == SIGNED and word & 0x8000 else word)
    value = struct.unpack(">f", struct.pack(">HH", *words))[0] * factor
    if not -_MOST < value < _MOST:  # nor is NaN
        raise ProbeError("a value of %r" % value)
    return int(round(value))
