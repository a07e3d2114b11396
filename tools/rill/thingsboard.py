"""Telemetry of the profile "thingsboard", decoded strictly."""

from rill.message import Message, PayloadError, checked, parse
from rill.named import is_event, row_of

TOPIC = "v1/devices/me/telemetry"
_MS = 1000


def decode(payload: bytes) -> Message:
    """The Message of a payload; PayloadError. Its first record says which device's it is."""
    entries = parse(payload)
    if not isinstance(entries, list) or not entries:
        raise PayloadError("the payload is not a list of at least one entry")
    message = {"v": 2, "rows": [], "journal": None}
    streams = set()
    for number, entry in enumerate(entries, 1):
        values, ts_ms = _entry(number, entry)
        streams.add(
            "events" if is_event(values) else "live" if "seq" not in values else "readings"
        )
        if number == 1:
            for name in ("device", "journal", "offset_ml", "oldest", "event_oldest"):
                if name in values:
                    message[name.removeprefix("event_")] = values.pop(name)
        seq = values.get("event_seq" if is_event(values) else "seq", 0)
        if ts_ms is not None and (type(seq) is not int or ts_ms % _MS != seq % _MS):
            raise PayloadError(f"the milliseconds of record {number} are not of its number")
        message["rows"].append(row_of(number, values, None if ts_ms is None else ts_ms // _MS))
        if values:
            raise PayloadError(f"record {number} has {', '.join(sorted(values))}")
    if len(streams) > 1:
        raise PayloadError("the records are not all of one stream")
    message["stream"] = streams.pop()
    return checked(message)


def _entry(number, entry):
    """Its values, and its milliseconds or None."""
    if not isinstance(entry, dict):
        raise PayloadError(f"record {number} is not an object")
    if entry.keys() != {"ts", "values"}:
        return dict(entry), None
    if type(entry["ts"]) is not int or not isinstance(entry["values"], dict):
        raise PayloadError(f"record {number} has not an integer ts and an object of values")
    return dict(entry["values"]), entry["ts"]
