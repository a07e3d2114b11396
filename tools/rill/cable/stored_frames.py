"""Frames of a meter's journal, as rows of a table and of a message: docs/record-format.md."""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

_HEAD, _TAIL = struct.Struct("<BI"), struct.Struct("<IB")
_OLD_READING = struct.Struct("<BIHHQIHQII")  # kind 1
_READING = struct.Struct("<BIHHQIHQIIHB")  # kind 2, and what kind 5 begins with
_VALUE = struct.Struct("<BBiIi")
_EVENT = struct.Struct("<BBIHBHBqq")
_OLD_KIND, _READING_KIND, _EVENT_KIND, _QUALITY_KIND = 1, 2, 3, 5
_SINCE_POWER_ON = 1  # flag: the time is no Unix time
_REJECTED = -(1 << 31)
_NOT_KNOWN_S = 0xFFFF  # an uncertainty

# Of a stream: what its CRCs begin with, and the columns of its table.
SALTS = {"readings": 0, "events": ord("e")}
_TIME = ("seq", "time_s", "since_power_on_s", "boot", "flags")
COLUMNS = {
    "readings": (*_TIME, "odometer_ml", "interval_ml", "battery_mv", "pulses", "quality"),
    "events": (*_TIME, "code", "before", "after", "text"),
}


class FrameError(Exception):
    """What came is no sound frame."""


class _Record(NamedTuple):
    """values: of a reading odometer, interval and cell, of an event all that it says."""

    time_s: int
    boot: int
    flags: int
    uncertainty_s: int
    values: tuple
    pulses: int | None = None
    quality: tuple = ()


def split(frames: bytes) -> Iterator[bytes]:
    """Frames that stand one behind the other; the last may be what is no frame."""
    while frames:
        size = _HEAD.size + frames[0] + _TAIL.size
        yield frames[:size]
        frames = frames[size:]


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
    found = _read(stream, body)
    if found is None:
        return None
    times = found.time_s, ""
    if found.flags & _SINCE_POWER_ON:
        times = times[::-1]
    quality = " ".join(
        f"{kind}:{flag}:{'' if value is None else value}:{uncertainty}"
        for kind, flag, value, uncertainty, _ in found.quality
    )
    of_reading = () if found.pulses is None else (found.pulses, quality)
    return (seq, *times, found.boot, found.flags, *found.values, *of_reading)


def message_row(stream: str, seq: int, body: bytes) -> list | None:
    """As it stands in a message of docs/payload.md; None as row()."""
    found = _read(stream, body)
    if found is None:
        return None
    is_dated = not found.flags & _SINCE_POWER_ON
    entries = [seq, found.time_s if is_dated else None, *found.values]
    entries += [found.flags, found.uncertainty_s]
    if not is_dated:
        entries += [found.boot, found.time_s]
    if found.quality:
        entries.append([list(value) for value in found.quality])
    return entries


def _read(stream: str, body: bytes) -> _Record | None:
    try:
        return (_reading if stream == "readings" else _event)(body)
    except (struct.error, UnicodeDecodeError):
        return None


def _reading(body: bytes) -> _Record | None:
    if body[0] not in (_OLD_KIND, _READING_KIND, _QUALITY_KIND):
        return None
    form = _OLD_READING if body[0] == _OLD_KIND else _READING
    _, time_s, boot, flags, odometer, interval, battery, pulses, *more = form.unpack_from(body)
    uncertainty_s = more[2] if len(more) > 2 else _NOT_KNOWN_S
    values = _VALUE.iter_unpack(body[form.size :]) if body[0] == _QUALITY_KIND else ()
    quality = tuple(
        (kind, flag, None if value == _REJECTED else value, uncertainty, raw_uv)
        for kind, flag, value, uncertainty, raw_uv in values
    )
    volumes = (odometer, interval, battery)
    return _Record(time_s, boot, flags, uncertainty_s, volumes, pulses, quality)


def _event(body: bytes) -> _Record | None:
    if body[0] != _EVENT_KIND:
        return None
    _, code, time_s, boot, flags, uncertainty_s, _, before, after = _EVENT.unpack_from(body)
    said = (code, before, after, body[_EVENT.size :].decode())
    return _Record(time_s, boot, flags, uncertainty_s, said)
