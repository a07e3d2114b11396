"""The profile "huawei": Huawei Cloud IoTDA over MQTT, docs/platforms.md.

The secret of the device is broker_password. No retain, no will; properties only, because the
platform has no events of one's own. What it says to the meter is in huawei_commands.py.
"""

import json
from binascii import hexlify

from micropython import const

from firmware.core.calendar import utc
from firmware.uplink.plain import Profile as PlainProfile

_SOME_HOUR = const("2026010100")  # sign type 0: the platform does not look whether it is this one
READING = "WaterMeterBasic"


def entry_of(service, values, time_s):
    """An element of `services`. Without event_time the platform takes the time of arrival."""
    entry = {"service_id": service, "properties": values}
    if time_s is not None:
        entry["event_time"] = "%04d%02d%02dT%02d%02d%02dZ" % utc(time_s)
    return entry


def _services(entries):
    return json.dumps({"services": entries}, separators=(",", ":")).encode()


class Profile(PlainProfile):
    _desired: tuple  # service, line and outcome of the last property that was a command

    def batch(self, fields, budget_bytes):
        from firmware.uplink.huawei_rows import Batch

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
        self._newest = None
        self._desired = ()

    def topic(self, stream):
        return self._root + "properties/report"

    def daily(self, status):
        from firmware.uplink.huawei_status import entries

        yield self.topic("status"), _services(entries(status)), False

    def closing(self, newest, measured, offset_ml):
        self._newest = newest or self._newest
        return ()

    def subscriptions(self):
        from firmware.uplink.huawei_commands import SUBSCRIPTIONS

        return [self._root + name for name in SUBSCRIPTIONS]

    def command_of(self, topic, payload):
        from firmware.uplink.huawei_commands import command_of

        line, context = command_of(str(topic, "utf-8")[len(self._root) :], payload)
        if self._desired and context and context[2:] == self._desired[:2]:
            return None, context  # it comes with each report of a session, and is dealt with
        return line, context

    def answer(self, context, outcome):
        from firmware.uplink.huawei_commands import answer

        if context[2:]:
            outcome = outcome or self._desired[2]
            self._desired = context[2:] + (outcome,)
        topic, values = answer(context, outcome)
        if values is not None:
            return self._root + topic, json.dumps(values, separators=(",", ":")).encode()
        return self._root + topic, _services(self._newest_entries())

    def settled(self):
        from firmware.uplink.huawei_commands import is_settled

        if self._desired and is_settled(self._desired[2]):
            entry = entry_of(self._desired[0], {"line": self._desired[1]}, None)
            yield self.topic("status"), _services([entry])

    def _newest_entries(self):
        if not self._newest:
            return []
        from firmware.uplink.named import values_of

        return [entry_of(READING, values_of(*self._newest), self._newest[2][0])]
