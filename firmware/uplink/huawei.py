"""The profile "huawei": Huawei Cloud IoTDA over MQTT, docs/platforms.md.

The secret of the device is broker_password. No retain, no will; properties only, because the
platform has no events of one's own. What it says to the meter is in huawei_commands.py.
"""

import json
from binascii import hexlify

from firmware.core.calendar import utc
from firmware.uplink.named import values_of
from firmware.uplink.plain import Profile as PlainProfile
from firmware.uplink.rows import Rows

_SOME_HOUR = "2026010100"  # sign type 0: the platform does not look whether it is this one
_READING, _EVENT = "WaterMeterBasic", "WaterMeterAlarm"


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
        from firmware.uplink.huawei_commands import SUBSCRIPTIONS

        return [self._root + name for name in SUBSCRIPTIONS]

    def command_of(self, topic, payload):
        from firmware.uplink.huawei_commands import command_of

        return command_of(str(topic, "utf-8")[len(self._root) :], payload)

    def answer(self, context, outcome):
        from firmware.uplink.huawei_commands import answer

        topic, values = answer(context, outcome)
        payload = (
            _services(self._newest)
            if values is None
            else json.dumps(values, separators=(",", ":")).encode()
        )
        return self._root + topic, payload
