"""Frames of a meter's journal, as rows of a table: docs/record-format.md."""

import struct
import zlib

_HEAD, _TAIL = struct.Struct("<BI"), struct.Struct("<IB")
_OLD_READING = struct.Struct("<BIHHQIHQII")  # kind 1
_READING = struct.Struct("<BIHHQIHQIIHB")  # kind 2, and what kind 5 begins with
_VALUE = struct.Struct("<BBiIi")
_EVENT = struct.Struct("<BBIHBHBqq")
_OLD_KIND, _READING_KIND, _EVENT_KIND, _QUALITY_KIND = 1, 2, 3, 5
_SINCE_POWER_ON = 1  # flag: the time is no Unix time
_REJECTED = -(1 << 31)

# Of a stream: what its CRCs begin with, and the columns of its table.
SALTS = {"readings": 0, "events": ord("e")}
_TIME = ("seq", "time_s", "since_power_on_s", "boot", "flags")
COLUMNS = {
    "readings": (*_TIME, "odometer_ml", "interval_ml", "battery_mv", "pulses", "quality"),
    "events": (*_TIME, "code", "before", "after", "text"),
}


class FrameError(Exception):
    """What came is no sound frame."""


def opened(frame: bytes, salt: int) -> tuple[int, bytes]:
    """(sequence number, body). Raises FrameError."""
    if len(frame) <= _HEAD.size + _TAIL.size:
        raise FrameError(f"a frame of {len(frame)} bytes")
    size, seq = _HEAD.unpack_from(frame)
    crc, again = _TAIL.unpack_from(frame, len(frame) - _TAIL.size)
    if size != again or size != len(frame) - _HEAD.size - _TAIL.size:
        raise FrameError(f"frame {seq} has not the length that it says")
    if zlib.crc32(frame[: -_TAIL.size], salt) != crc:
        raise FrameError(f"frame {seq} does not match its CRC")
    return seq, frame[_HEAD.size : -_TAIL.size]


def row(stream: str, seq: int, body: bytes) -> tuple | None:
    """The values of COLUMNS; None for a kind that nobody here knows."""
    try:
        return (_reading if stream == "readings" else _event)(seq, body)
    except (struct.error, UnicodeDecodeError):
        return None


def _reading(seq: int, body: bytes) -> tuple | None:
    if body[0] not in (_OLD_KIND, _READING_KIND, _QUALITY_KIND):
        return None
    form = _OLD_READING if body[0] == _OLD_KIND else _READING
    _, time_s, boot, flags, odometer, interval, battery, pulses, *_ = form.unpack_from(body)
    values = _VALUE.iter_unpack(body[form.size :]) if body[0] == _QUALITY_KIND else ()
    quality = " ".join(
        f"{kind}:{flag}:{'' if value == _REJECTED else value}:{uncertainty}"
        for kind, flag, value, uncertainty, _ in values
    )
    return (*_dated(seq, time_s, boot, flags), odometer, interval, battery, pulses, quality)


def _event(seq: int, body: bytes) -> tuple | None:
    if body[0] != _EVENT_KIND:
        return None
    _, code, time_s, boot, flags, _, _, before, after = _EVENT.unpack_from(body)
    text = body[_EVENT.size :].decode()
    return (*_dated(seq, time_s, boot, flags), code, before, after, text)


def _dated(seq: int, time_s: int, boot: int, flags: int) -> tuple:
    if flags & _SINCE_POWER_ON:
        return seq, "", time_s, boot, flags
    return seq, time_s, "", boot, flags
