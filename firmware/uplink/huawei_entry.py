"""Properties as Huawei Cloud IoTDA takes them: docs/platforms.md."""

import json

from firmware.core.calendar import utc

READING = "WaterMeterBasic"


def entry_of(service, values, time_s):
    """An element of `services`. Without event_time the platform takes the time of arrival."""
    entry = {"service_id": service, "properties": values}
    if time_s is not None:
        entry["event_time"] = "%04d%02d%02dT%02d%02d%02dZ" % utc(time_s)
    return entry


def services(entries):
    """The message of such elements."""
    return json.dumps({"services": entries}, separators=(",", ":")).encode()
