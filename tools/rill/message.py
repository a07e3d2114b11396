"""Messages of version 2 (docs/payload.md), decoded strictly."""

import json
import re
from typing import NamedTuple

_REQUIRED = {"v", "device", "journal", "stream", "rows"}
_OPTIONAL = {"oldest", "offset_ml"}
DEVICE = re.compile(r"[A-Za-z0-9_-]{1,32}")
_JOURNAL = re.compile(r"[0-9A-Fa-f]{16}")
_TEXT_BYTES = 40


class PayloadError(Exception):
    """A payload is not version 2 of the format: one sentence says what is wrong."""


class Quality(NamedTuple):
    """One value of the water's quality: docs/quality.md. value: None when it was rejected.

    raw_uv: None when its encoding does not carry it.
    """

    kind: int
    flag: int
    value: int | None
    uncertainty: int
    raw_uv: int | None


class Row(NamedTuple):
    """One reading. time_s is since 1970, None when the meter did not know the time.

    boot and uptime_s are then given instead: the number of the start and the time since it.
    """

    seq: int
    time_s: int | None
    odometer_ml: int
    interval_ml: int
    battery_mv: int
    flags: int
    uncertainty_s: int
    boot: int | None = None
    uptime_s: int | None = None
    quality: tuple[Quality, ...] = ()


class EventRow(NamedTuple):
    """One event: docs/events.md."""

    seq: int
    time_s: int | None
    code: int
    before: int
    after: int
    text: str
    flags: int
    uncertainty_s: int
    boot: int | None = None
    uptime_s: int | None = None


class Message(NamedTuple):
    """The rows of one payload, all of one device, journal and stream.

    stream: "readings", "events", or "live", whose journal is "" and whose row has no seq.
    oldest: number of the oldest record of the stream that the meter still has; None when it does
    not say so. offset_ml: what the meter body shows more than the odometer; None as well.
    """

    device: str
    journal: str
    stream: str
    rows: tuple[Row | EventRow, ...]
    oldest: int | None = None
    offset_ml: int | None = None


# Names of the kinds and flags, by number from 1 and from 0.
QUALITY_KINDS = (
    "", "water_centi_c", "solids_ppb", "turbidity_mntu", "product_solids_ppb",
    "rejection_permille", "filter_ml", "filter_days", "filter_life_permille", "produced_s",
    "standby_s", "flushes", "flushed_s", "conductivity_ns",
)  # fmt: skip
QUALITY_FLAGS = (
    "good", "below_range", "over_range", "dry_or_open", "open", "short", "noisy", "stuck", "drift",
    "no_temp", "bad_85", "missing", "freeze_warning", "uncalibrated", "expired", "stale",
    "estimated",
)  # fmt: skip
_ENTRIES = 9  # of a row without a time; two less with one
_ROWS = {"readings": Row, "events": EventRow, "live": Row}
_RANGES = {
    "seq": (1, 2**32 - 1),
    "time_s": (0, 2**32 - 1),
    "odometer_ml": (0, 2**63 - 1),
    "interval_ml": (0, 2**63 - 1),
    "battery_mv": (0, 2**16 - 1),
    "flags": (0, 2**16 - 1),
    "uncertainty_s": (0, 2**16 - 1),
    "boot": (0, 2**16 - 1),
    "uptime_s": (0, 2**32 - 1),
    "code": (1, 255),
    "before": (-(2**63), 2**63 - 1),
    "after": (-(2**63), 2**63 - 1),
    "oldest": (1, 2**32 - 1),
    "offset_ml": (-(2**63), 2**63 - 1),
    "kind": (1, len(QUALITY_KINDS) - 1),
    "flag": (0, len(QUALITY_FLAGS) - 1),
    "value": (-(2**31) + 1, 2**31 - 1),
    "uncertainty": (0, 2**32 - 1),
    "raw_uv": (-(2**31), 2**31 - 1),
}


def decode(payload: bytes) -> Message:
    """The Message of a payload; raises PayloadError, and nothing else.

    The journal's hex digits are returned in lower case.
    """
    return checked(parse(payload))


def checked(found: object) -> Message:
    """The Message of a JSON value of version 2; PayloadError.

    Other encodings say the same in other words, and are made this value first.
    """
    if not isinstance(found, dict):
        raise PayloadError("the payload is not a JSON object")
    if type(found.get("v")) is not int or found["v"] != 2:
        raise PayloadError("v, the version of the format, is not 2")
    if not _REQUIRED <= found.keys() <= _REQUIRED | _OPTIONAL:
        raise PayloadError(
            f"the keys of the payload are not {', '.join(sorted(_REQUIRED))} "
            f"and maybe {', '.join(sorted(_OPTIONAL))}"
        )
    for key in _OPTIONAL & found.keys():
        check_number("the payload", key, found[key])
    device = _text(found, "device", DEVICE)
    stream = found["stream"]
    if not isinstance(stream, str) or stream not in _ROWS:
        raise PayloadError("stream is not 'readings', 'events' or 'live'")
    if stream == "live":
        if found["journal"] is not None:
            raise PayloadError("the journal of a live reading is not null")
        journal = ""
    else:
        journal = _text(found, "journal", _JOURNAL).lower()
    if not isinstance(found["rows"], list) or not found["rows"]:
        raise PayloadError("rows is not a list of at least one row")
    rows = tuple(_row(number, entries, stream) for number, entries in enumerate(found["rows"], 1))
    return Message(device, journal, stream, rows, found.get("oldest"), found.get("offset_ml"))


def parse(payload: bytes, **more) -> object:
    """The JSON value of the bytes; PayloadError when they are not JSON in UTF-8.

    more: of json.loads().
    """
    try:
        return json.loads(payload.decode(), object_pairs_hook=_object, **more)
    except UnicodeDecodeError as error:
        raise PayloadError(f"the payload is not UTF-8 at byte {error.start}") from error
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise PayloadError(f"the payload is not JSON: {error}") from error


def printable(text: str) -> str:
    """With escapes for what a terminal would obey, or could not show."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def _object(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        raise PayloadError("a key of a JSON object comes twice")
    return found


def _text(found, key, pattern):
    """The string at key; PayloadError unless all of it matches the pattern."""
    if not isinstance(found[key], str) or not pattern.fullmatch(found[key]):
        raise PayloadError(f"{key} is not a string that matches {pattern.pattern}")
    return found[key]


def _row(number, entries, stream):
    """The Row of a JSON value; number, from 1, is for the message of PayloadError."""
    kind = _ROWS[stream]
    most = _ENTRIES + (kind is EventRow)
    quality = ()
    if kind is Row and isinstance(entries, list) and entries and isinstance(entries[-1], list):
        *entries, columns = entries
        quality = tuple(_quality(number, column) for column in columns)
    if not isinstance(entries, list) or len(entries) not in (most - 2, most):
        raise PayloadError(f"row {number} is not a list of {most - 2} or {most} entries")
    if (entries[1] is None) != (len(entries) == most):
        raise PayloadError(
            f"row {number} must have {most} entries when its time is null, else {most - 2}"
        )
    for name, value in zip(kind._fields, entries, strict=False):
        if name == "time_s" and value is None:
            continue
        if name == "seq" and stream == "live":
            if value is not None:
                raise PayloadError(f"row {number} of a live reading has a number")
        elif name == "text":
            if not isinstance(value, str) or len(value.encode("utf-8", "replace")) > _TEXT_BYTES:
                raise PayloadError(f"text of row {number} is not a string of {_TEXT_BYTES} bytes")
        else:
            check_number(f"row {number}", name, value)
    return kind(*entries)._replace(quality=quality) if quality else kind(*entries)


def _quality(number, entries):
    if not isinstance(entries, list) or len(entries) != len(Quality._fields):
        raise PayloadError(f"a quality value of row {number} is not a list of five entries")
    for name, value in zip(Quality._fields, entries, strict=True):
        if name != "value" or value is not None:
            check_number(f"row {number}", name, value)
    return Quality(*entries)


def check_number(where: str, name: str, value: object) -> None:
    """PayloadError unless it is an integer in the range of that name."""
    low, high = _RANGES[name]
    if type(value) is not int or not low <= value <= high:
        raise PayloadError(f"{name} of {where} is not an integer {low}..{high}")
