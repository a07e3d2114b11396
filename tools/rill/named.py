"""Records as names and values (firmware/uplink/named.py), made rows of version 2 again."""

from rill.message import QUALITY_KINDS, PayloadError

_EVENT = "event_"
_READING = ("seq", "odometer_ml", "interval_ml", "battery_mv", "flags", "uncertainty_s")
_EVENT_NAMES = ("seq", "code", "before", "after", "text", "flags", "uncertainty_s")
_UNDATED = ("boot", "uptime_s")
_QUALITY = "quality"


def is_event(values: dict) -> bool:
    return _EVENT + "code" in values


def row_of(number: int, values: dict, time_s: int | None) -> list:
    """The JSON row of a record whose values are taken out of the dictionary; PayloadError.

    number, from 1, is for the message of the error.
    """
    prefix, names = (_EVENT, _EVENT_NAMES) if is_event(values) else ("", _READING)
    if time_s is None:
        names += _UNDATED
    if not prefix and "seq" not in values:
        values["seq"] = None  # a live one
    try:
        row = [values.pop(prefix + name) for name in names]
    except KeyError as error:
        raise PayloadError(f"record {number} has no {error.args[0]}") from error
    row.insert(1, time_s)
    if not prefix and _QUALITY in values:
        row.append(_quality(number, values))
    return row


def _quality(number, values):
    text = values.pop(_QUALITY)
    try:
        columns = [[int(part) for part in one.split(":")] for one in text.split(",")]
        return [
            [kind, flag, values.pop(QUALITY_KINDS[kind], None), uncertainty, raw]
            for kind, flag, uncertainty, raw in columns
        ]
    except (ValueError, IndexError, AttributeError) as error:
        raise PayloadError(
            f"quality of record {number} is not kind:flag:number:raw,..."
        ) from error
