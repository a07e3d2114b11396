"""The profile "huawei": Huawei Cloud IoTDA over MQTT, docs/platforms.md.

The secret of the device is broker_password. No retain, no will; properties only, because the
platform has no events of one's own.
"""

import json
from binascii import hexlify

from firmware.core.calendar import utc
from firmware.uplink.named import values_of
from firmware.uplink.plain import Profile as PlainProfile
from firmware.uplink.rows import Rows

_SOME_HOUR = "2026010100"  # sign type 0: the platform does not look whether it is this one
_READING, _EVENT = "WaterMeterBasic", "WaterMeterAlarm"
_ID = "request_id="


def _entry(service, values, time_s):
    """An element of `services`. Without event_time the platform takes the time of arrival."""
    entry = {"service_id": service, "properties": values}
    if time_s is not None:
        entry["event_time"] = "%04d%02d%02dT%02d%02d%02dZ" % utc(time_s)
    return entry


def _services(entries):
    return json.dumps({"services": entries}, separators=(",", ":")).encode()


class Batch(Rows):
    def head(self, fields):
        named = dict(fields)
        self._service = _EVENT if named.pop("stream") == "events" else _READING
        self._journal = named.pop("journal")
        del named["device"]
        self._once = named
        return b'{"services":['

    def row(self, seq, found, dated, columns):
        values = values_of(seq, found, dated, columns)
        if self._journal:
            values["journal"] = self._journal
        if not self.count:
            values.update(self._once)
        entry = _entry(self._service, values, dated[0])
        return json.dumps(entry, separators=(",", ":")).encode()


class Profile(PlainProfile):
    def batch(self, fields, budget_bytes):
        return Batch(fields, budget_bytes)

    def __init__(self, config, device, now_s):
        from firmware.core.hmac import hmac_sha256  # only here

        super().__init__(config, device, now_s)
        # Once: an hour that ends between name and password would make them differ.
        hour = _SOME_HOUR if now_s is None else "%04d%02d%02d%02d" % utc(now_s)[:4]
        self.user = device
        self.client_id = "%s_0_0_%s" % (device, hour)
        secret = config.broker_password.encode()
        self.password = str(hexlify(hmac_sha256(hour.encode(), secret)), "ascii")
        self._root = "$oc/devices/%s/sys/" % device
        self._newest = []

    def topic(self, stream):
        return self._root + "properties/report"

    def daily(self, status):
        time_s = status.pop("time_s", None)
        entries = []
        if "modem" in status:
            entries.append(_entry("Connectivity", status.pop("modem"), time_s))
        if "battery_mv" in status:
            battery = {"battery_mv": status.pop("battery_mv")}
            entries.append(_entry("Battery", battery, time_s))
        status["reset_causes"] = ",".join(status["reset_causes"])
        entries.append(_entry("DeliverySchedule", status, time_s))
        yield self.topic("status"), _services(entries), False

    def closing(self, newest, measured, offset_ml):
        if newest:
            self._newest = [_entry(_READING, values_of(*newest), newest[2][0])]
        return ()

    def subscriptions(self):
        return [
            self._root + name for name in ("commands/#", "properties/set/#", "properties/get/#")
        ]

    def command_of(self, topic, payload):
        kind, _, request = str(topic, "utf-8")[len(self._root) :].partition("/" + _ID)
        if kind == "properties/get":
            return None, (kind, request)
        if kind not in ("commands", "properties/set"):
            return None, None
        try:
            found = json.loads(payload)
            named = found["paras"] if kind == "commands" else found["services"][0]["properties"]
            return named["line"].encode(), (kind, request)
        except (ValueError, LookupError, TypeError, AttributeError):
            return b"", (kind, request)

    def answer(self, context, outcome):
        kind, request = context
        topic = "%s%s/response/%s%s" % (self._root, kind, _ID, request)
        if kind == "properties/get":
            return topic, _services(self._newest)
        code = 0 if outcome["outcome"] == "done" else 1
        if kind == "commands":
            values = {"result_code": code, "response_name": "outcome", "paras": outcome}
        else:
            values = {"result_code": code, "result_desc": outcome["reason"] or "done"}
        return topic, json.dumps(values, separators=(",", ":")).encode()
