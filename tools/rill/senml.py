"""SenML (RFC 8428) in JSON and CBOR, as meters send it, decoded strictly: docs/payload.md."""

import re
from decimal import Decimal
from io import BytesIO

import cbor2

from rill.message import Message, PayloadError, checked, parse

# By name: what it is in version 2, unit and exponent of ten; exponent None: a text.
_OF_MESSAGE = {
    "journal": ("journal", None, None),
    "oldest": ("oldest", None, 0),
    "offset": ("offset_ml", "m3", -6),
}
_OF_BOTH = {
    "flags": ("flags", None, 0),
    "uncertainty": ("uncertainty_s", "s", 0),
    "seq": ("seq", None, 0),
    "boot": ("boot", None, 0),
    "uptime": ("uptime_s", "s", 0),
}
_OF_READING = {
    "volume": ("odometer_ml", "m3", -6),
    "interval": ("interval_ml", "m3", -6),
    "battery": ("battery_mv", "V", -3),
    **_OF_BOTH,
}
_OF_EVENT = {
    "code": ("code", None, 0),
    "before": ("before", None, 0),
    "after": ("after", None, 0),
    "text": ("text", None, None),
    **_OF_BOTH,
}
# Of a quality value by its kind.
_KINDS = {
    "temperature": (1, "Cel", -2),
    "solids": (2, "kg/m3", -6),
    "turbidity": (3, "NTU", -3),
    "product_solids": (4, "kg/m3", -6),
    "rejection": (5, "/", -3),
    "filter_volume": (6, "m3", -6),
    "filter_days": (7, None, 0),
    "filter_life": (8, "/", -3),
    "produced": (9, "s", 0),
    "standby": (10, "s", 0),
    "flushes": (11, "count", 0),
    "flushed": (12, "s", 0),
    "conductivity": (13, "S/m", -7),
}
_ROWS = {
    "readings": ("odometer_ml", "interval_ml", "battery_mv", "flags", "uncertainty_s"),
    "events": ("code", "before", "after", "text", "flags", "uncertainty_s"),
}
_BASE = re.compile(r"rill/([^/]+)/(readings|events|live)/")
_QUALITY = re.compile(r"(\d{1,10}),(\d{1,10}),(-?\d{1,10})", re.ASCII)
_MOST_DIGITS = 30
_LABELS = {-3: "bt", -2: "bn", 0: "n", 1: "u", 2: "v", 3: "vs"}


def decode_json(payload: bytes) -> Message:
    """The Message of a pack in JSON; PayloadError."""
    return _decoded(parse(payload, parse_float=Decimal))


def decode_cbor(payload: bytes) -> Message:
    """The Message of a pack in CBOR; PayloadError."""
    try:
        stream = BytesIO(payload)
        found = cbor2.load(stream)
        if stream.tell() != len(payload):
            raise PayloadError("there is something behind the array")
    except (cbor2.CBORError, ValueError, RecursionError, OverflowError, TypeError) as error:
        raise PayloadError(f"the payload is not CBOR: {error}") from error
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise PayloadError("the payload is not an array of maps")
    try:
        return _decoded([{_LABELS[key]: one[key] for key in one} for one in found])
    except (KeyError, TypeError) as error:
        raise PayloadError("a label is none that a meter uses") from error


def _decoded(records):
    if not isinstance(records, list) or not records or not isinstance(records[0], dict):
        raise PayloadError("the payload is not a list of at least one record")
    base = _BASE.fullmatch(str(records[0].pop("bn", "")))
    if not base:
        raise PayloadError("bn is not rill/DEVICE/STREAM/")
    stream = base[2]
    message = {"v": 2, "device": base[1], "stream": stream, "journal": None, "rows": []}
    names = _OF_EVENT if stream == "events" else _OF_READING
    first = next(iter(names))  # begins a record
    found: list[tuple[int, dict, dict]] = []  # time, values, quality
    for number, record in enumerate(records, 1):
        name = record.pop("n", None) if isinstance(record, dict) else None
        if not isinstance(name, str):
            raise PayloadError(f"record {number} has no name")
        if name == first:
            time_s = record.pop("bt", None)
            if type(time_s) is not int:
                raise PayloadError(f"record {number} has no bt")
            found.append((time_s, {}, {}))
        if not found:
            _take(number, message, name, record, _OF_MESSAGE)
        elif name in names:
            _take(number, found[-1][1], name, record, names)
        else:
            _take_quality(number, found[-1][2], name, record)
    message["rows"] = [_row(*one, stream) for one in found]
    return checked(message)


def _take(number, values, name, record, names):
    if name not in names:
        raise PayloadError(f"record {number} has a name that is not known here")
    key, unit, exponent = names[name]
    if values.get(key) is not None:
        raise PayloadError(f"{name} of record {number} came before")
    values[key] = _value(number, record, unit, exponent)


def _take_quality(number, quality, name, record):
    kind, _, more = str(name).partition("/")
    if kind not in _KINDS or more not in ("", "quality"):
        raise PayloadError(f"record {number} has a name that is not known here")
    number_of_kind, unit, exponent = _KINDS[kind]
    column = quality.setdefault(number_of_kind, [None, None])
    if more:
        words = _QUALITY.fullmatch(_value(number, record, None, None))
        if not words or column[1]:
            raise PayloadError(f"record {number} is not flag,uncertainty,raw")
        column[1] = [int(word) for word in words.groups()]
    elif column[0] is not None:
        raise PayloadError(f"{name} of record {number} came before")
    else:
        column[0] = _value(number, record, unit, exponent)


def _value(number, record, unit, exponent):
    """The value in the unit of version 2; exponent None: a text."""
    label = "vs" if exponent is None else "v"
    if record.keys() != ({label, "u"} if unit else {label}) or record.get("u") != unit:
        raise PayloadError(f"record {number} has not just a name, {label} and its unit")
    value = record[label]
    if exponent is None:
        if not isinstance(value, str):
            raise PayloadError(f"vs of record {number} is not a string")
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise PayloadError(f"v of record {number} is not a decimal number")
    try:
        scaled = Decimal(value).scaleb(-exponent)
        if scaled.adjusted() > _MOST_DIGITS or scaled != int(scaled):
            raise PayloadError(f"v of record {number} has too many digits")
        return int(scaled)
    except (ArithmeticError, ValueError) as error:
        raise PayloadError(f"v of record {number} is no such number") from error


def _row(time_s, values, quality, stream):
    undated = ("boot", "uptime_s") if "boot" in values or "uptime_s" in values else ()
    if bool(undated) != (time_s == 0):
        raise PayloadError("bt must be 0 when the time is not known, and only then")
    names = _ROWS["events" if stream == "events" else "readings"]
    try:
        row = [values.pop("seq", None), None if undated else time_s]
        row += [values.pop(name) for name in names + undated]
    except KeyError as error:
        raise PayloadError(f"a record has no {error.args[0]}") from error
    if quality:
        if not all(detail for _, detail in quality.values()):
            raise PayloadError("a quality value has no flag")
        row.append(
            [
                [kind, flag, value, sigma, raw]
                for kind, (value, (flag, sigma, raw)) in quality.items()
            ]
        )
    return row
