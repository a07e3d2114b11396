"""Property reports of the profile "huawei" (Huawei Cloud IoTDA), decoded strictly."""

import re
from datetime import UTC, datetime

from rill.collect.told import Told
from rill.message import Message, PayloadError, checked, parse
from rill.named import is_event, row_of

_TOPIC = re.compile(r"\$oc/devices/([^/]+)/sys/properties/report")
_TIME = re.compile(r"\d{8}T\d{6}Z")
_RECORDS = ("WaterMeterBasic", "WaterMeterAlarm")
_STATUS = ("Battery", "Connectivity", "DeliverySchedule")
_ONCE = ("oldest", "offset_ml")


def topic(device: str) -> str:
    return f"$oc/devices/{device}/sys/properties/report"


def device_of(topic: str) -> str | None:
    """The device whose property report comes on that topic; None: it is none."""
    found = _TOPIC.fullmatch(topic)
    return found[1] if found else None


def decode(device: str, payload: bytes) -> Message | Told:
    """The Message of a report; Told when it says how the meter is. PayloadError."""
    found = parse(payload)
    if not isinstance(found, dict) or found.keys() != {"services"}:
        raise PayloadError("the payload is not an object with services alone")
    entries = found["services"]
    if not isinstance(entries, list) or not entries:
        raise PayloadError("services is not a list of at least one entry")
    if all(isinstance(one, dict) and one.get("service_id") in _STATUS for one in entries):
        for number, entry in enumerate(entries, 1):
            _checked_shape(number, entry)
        return Told(device, "status", payload.decode())
    message = {"v": 2, "device": device, "rows": []}
    streams, journals = set(), []
    for number, entry in enumerate(entries, 1):
        values, time_s = _entry(number, entry)
        streams.add(
            "events" if is_event(values) else "live" if "seq" not in values else "readings"
        )
        journals.append(values.pop("journal", None))
        for name in _ONCE:
            if number == 1 and name in values:
                message[name] = values.pop(name)
        message["rows"].append(row_of(number, values, time_s))
        if values:
            raise PayloadError(f"record {number} has {', '.join(sorted(values))}")
    if len(streams) > 1 or journals != journals[:1] * len(journals):
        raise PayloadError("the records are not all of one stream and journal")
    message["stream"], message["journal"] = streams.pop(), journals[0]
    return checked(message)


def _entry(number, entry):
    """Its properties, and its time or None."""
    _checked_shape(number, entry)
    values = entry["properties"]
    if entry["service_id"] not in _RECORDS:
        raise PayloadError(f"entry {number} is not of a service with records")
    if is_event(values) != (entry["service_id"] == "WaterMeterAlarm"):
        raise PayloadError(f"entry {number} is of another service than it says")
    if "event_time" not in entry:
        return dict(values), None
    return dict(values), _unix_s(number, entry["event_time"])


def _checked_shape(number, entry):
    if not isinstance(entry, dict) or entry.keys() - {"event_time"} != {
        "service_id",
        "properties",
    }:
        raise PayloadError(f"entry {number} has not service_id, properties and maybe event_time")
    if not isinstance(entry["properties"], dict):
        raise PayloadError(f"properties of entry {number} are not an object")


def _unix_s(number, text):
    try:
        if not isinstance(text, str) or not _TIME.fullmatch(text):
            raise ValueError(text)
        return int(datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp())
    except ValueError as error:
        raise PayloadError(f"event_time of entry {number} is not yyyyMMddTHHmmssZ") from error
