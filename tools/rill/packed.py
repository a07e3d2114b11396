"""Messages of the profile `packed` (docs/payload.md), decoded strictly."""

from collections.abc import Callable
from typing import Any
from zlib import crc32

from rill.message import DEVICE, EventRow, Message, PayloadError, Quality, Row, check_number

_VERSION = 0x50
_STREAMS = ("readings", "events", "live")
_CRC_BYTES = 4
_MOST_ONES = 12
_CELL_MV = 20
_LASTING = 0x51
_BEGIN8 = 32
_STEPS = {1: 10, 2: 1000, 3: 10, 4: 100, 13: 1000}
_UNKNOWN_S = 65535
_INT32 = 2**31 - 1


def decode(payload: bytes) -> Message:
    """The Message of a payload; raises PayloadError, and nothing else."""
    if len(payload) < 2 + _CRC_BYTES or payload[0] != _VERSION:
        raise PayloadError("the payload is not packed, or of another version")
    content, crc = payload[:-_CRC_BYTES], payload[-_CRC_BYTES:]
    if crc32(content) != int.from_bytes(crc, "big"):
        raise PayloadError("the CRC of the payload is wrong: it is damaged or cut")
    bits = _Bits(content)
    bits.number(8)
    count = bits.number(8)
    stream = bits.number(2)
    if not count or stream >= len(_STREAMS):
        raise PayloadError("the payload has no records, or no stream that is known")
    device = _device(bits)
    journal = "" if _STREAMS[stream] == "live" else f"{bits.number(64):016x}"
    is_event = _STREAMS[stream] == "events"
    slot_s, unit_ml = (0, 0) if is_event else (bits.whole(), bits.whole())
    if not is_event and not (slot_s and unit_ml):
        raise PayloadError("the slot or the unit of the payload is 0")
    oldest = offset_ml = None
    if bits.number(1):
        oldest = bits.whole()
        check_number("the payload", "oldest", oldest)
        if stream == 0:
            offset_ml = bits.signed()
            check_number("the payload", "offset_ml", offset_ml)
    record: Callable[[], Row | EventRow]
    record = (
        _Events(bits, oldest or 1).next
        if is_event
        else _Readings(bits, oldest or 1, slot_s, unit_ml).next
    )
    rows = tuple(record() for _ in range(count))
    bits.end()
    for number, row in enumerate(rows, 1):
        _check(row, f"row {number}")
    if _STREAMS[stream] == "live":
        rows = tuple(row._replace(seq=None) for row in rows)
    return Message(device, journal, _STREAMS[stream], rows, oldest, offset_ml)


class _Bits:
    """Reads a string of bits, the most significant of each byte first; PayloadError behind it."""

    def __init__(self, content: bytes):
        self._value = int.from_bytes(content, "big")
        self._left = 8 * len(content)

    def number(self, width: int) -> int:
        if width > self._left:
            raise PayloadError("the payload ends within a record")
        self._left -= width
        return self._value >> self._left & (1 << width) - 1

    def whole(self) -> int:
        width = self.number(6)
        value = self.number(width)
        if value.bit_length() != width:
            raise PayloadError("a number of the payload is longer than it need be")
        return value

    def signed(self) -> int:
        is_negative = self.number(1)
        value = self.whole()
        return ~value if is_negative else value

    def rice(self, mean8: int) -> tuple[int, int]:
        """The value, and the mean8 for the next one of its kind."""
        shift = 0
        while 8 << shift < mean8:
            shift += 1
        ones = 0
        while ones < _MOST_ONES and self.number(1):
            ones += 1
        if ones < _MOST_ONES:
            value = ones << shift | self.number(shift)
        else:
            value = self.whole()
            if value >> shift < _MOST_ONES:
                raise PayloadError("a number of the payload is longer than it need be")
        return value, mean8 + min(value, 16 << shift) - (mean8 >> 3)

    def end(self) -> None:
        """PayloadError unless all is read but up to seven zeros."""
        if self._left > 7 or self.number(self._left):
            raise PayloadError("the payload goes on behind its last record")


class _Readings:
    """The rows of a string of bits, one after the other: each is told by the one before."""

    def __init__(self, bits: _Bits, oldest: int, slot_s: int, unit_ml: int):
        self._bits = bits
        self._slot_s = slot_s
        self._unit_ml = unit_ml
        self._seq = oldest - 1
        self._time_s = self._flags = self._uncertainty = self._cell = self._odometer_ml = 0
        self._boot: int | None = None  # -1: times are UTC, None: there was no reading yet
        self._times8, self._intervals8 = 0, _BEGIN8
        self._kinds: tuple[int, ...] = ()
        self._last_kinds: tuple[int, ...] = ()
        self._columns: dict[int, list[int]] = {}  # by kind: state, value, mean8

    def next(self) -> Row:
        bits = self._bits
        off, self._times8 = bits.rice(self._times8)
        unexpected = (0,) * 7
        if off and bits.number(1):
            unexpected = tuple(bits.number(1) for _ in range(7))
        self._seq += 1 + (bits.signed() if unexpected[0] else 0)
        self._time_s += self._slot_s
        if unexpected[1]:
            self._boot = bits.number(16) if bits.number(1) else -1
            self._time_s = bits.whole() * self._slot_s
        if self._boot is None:
            raise PayloadError("the first reading of the payload has no time")
        if off:
            self._time_s += _unfolded(off - 1)
        flags = bits.whole() if unexpected[2] else self._flags
        self._flags = flags & _LASTING
        if unexpected[3]:
            self._uncertainty = bits.number(6)
        if unexpected[4]:
            self._cell = bits.number(12)
        if unexpected[5]:
            unit_ml = 1 if bits.number(1) else self._unit_ml
            self._odometer_ml, interval_ml = bits.whole() * unit_ml, bits.whole() * unit_ml
        else:
            steps, self._intervals8 = bits.rice(self._intervals8)
            interval_ml = steps * self._unit_ml
            self._odometer_ml += interval_ml
        if unexpected[6]:
            self._read_states()
        quality = tuple(self._quality(kind) for kind in self._kinds)
        is_utc = self._boot < 0
        return Row(
            self._seq,
            self._time_s if is_utc else None,
            self._odometer_ml,
            interval_ml,
            self._cell * _CELL_MV,
            flags,
            min(_UNKNOWN_S, covered(self._uncertainty)),
            None if is_utc else self._boot,
            None if is_utc else self._time_s,
            quality,
        )

    def _read_states(self) -> None:
        bits = self._bits
        if bits.number(1):
            if bits.number(1):
                self._kinds = tuple(bits.number(4) for _ in range(bits.number(4)))
            else:
                self._kinds = () if self._kinds else self._last_kinds
            if len(set(self._kinds)) < len(self._kinds):
                raise PayloadError("a reading of the payload has a kind of quality twice")
        self._last_kinds = self._kinds or self._last_kinds
        for kind in self._kinds:
            known = self._columns.setdefault(kind, [0, 0, _BEGIN8])
            if bits.number(1):
                known[0] = bits.number(12)

    def _quality(self, kind: int) -> Quality:
        state, last, mean8 = known = self._columns[kind]
        uncertainty = covered(state & 0x3F)
        if state & 0x40:
            return Quality(kind, state >> 7, None, uncertainty, None)
        steps, known[2] = self._bits.rice(mean8)
        known[1] = last + _unfolded(steps) * resolution(kind, uncertainty)
        value = max(-_INT32, min(_INT32, known[1]))
        return Quality(kind, state >> 7, value, uncertainty, None)


class _Events:
    """As _Readings, of events."""

    def __init__(self, bits: _Bits, oldest: int):
        self._bits = bits
        self._seq = oldest - 1
        self._time_s = 0

    def next(self) -> EventRow:
        bits = self._bits
        self._seq += 1 + bits.signed()
        time_s = boot = uptime_s = None
        if bits.number(1):
            boot, uptime_s = bits.number(16), bits.whole()
        else:
            time_s = self._time_s = self._time_s + bits.signed()
        code, flags, uncertainty = bits.number(8), bits.whole(), covered(bits.number(6))
        before, after = bits.signed(), bits.signed()
        text = _text(bits, bits.number(6), "utf-8")
        uncertainty_s = min(_UNKNOWN_S, uncertainty)
        return EventRow(
            self._seq, time_s, code, before, after, text, flags, uncertainty_s, boot, uptime_s
        )


def covered(step: int) -> int:
    """The uncertainty that a step of `coarse` stands for."""
    if step < 4:
        return step
    return 2**32 - 1 if step == 63 else (2 + step % 2) << step // 2 - 1


def resolution(kind: int, uncertainty: int) -> int:
    """What a quality value with that uncertainty, as it is sent, is rounded to."""
    return max(_STEPS.get(kind, 1), 1 << uncertainty.bit_length() >> 7)


def _unfolded(value: int) -> int:
    return ~(value >> 1) if value & 1 else value >> 1


def _device(bits: _Bits) -> str:
    if bits.number(1):
        return f"rill-{bits.number(48):012x}"
    name = _text(bits, bits.number(6), "ascii")
    if not DEVICE.fullmatch(name):
        raise PayloadError(f"device is not a string that matches {DEVICE.pattern}")
    return name


def _text(bits: _Bits, size: int, encoding: str) -> str:
    try:
        return bytes(bits.number(8) for _ in range(size)).decode(encoding)
    except UnicodeDecodeError as error:
        raise PayloadError(f"a text of the payload is not {encoding.upper()}") from error


def _check(row: Any, where: str) -> None:
    for name in row._fields:
        value = getattr(row, name)
        if name == "text":
            if len(value.encode()) > 40:
                raise PayloadError(f"text of {where} is longer than 40 bytes")
        elif name == "quality":
            for one in value:
                for key in ("kind", "flag", "uncertainty"):
                    check_number(where, key, getattr(one, key))
        elif value is not None:
            check_number(where, name, value)
