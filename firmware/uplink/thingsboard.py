"""The profile "thingsboard": telemetry with the original times, docs/platforms.md.

The access token is broker_user.
"""

import json

from firmware.uplink.named import values_of
from firmware.uplink.plain import Profile as PlainProfile
from firmware.uplink.rows import Rows

_ME = "v1/devices/me/"
_REQUEST = b"v1/devices/me/rpc/request/"


class Batch(Rows):
    END = b"]"
    _is_undated = False

    def head(self, fields):
        # What the platform calls the device does not stand in its topics.
        is_event = ("stream", "events") in fields
        self._once = [
            ("event_" + name if is_event and name == "oldest" else name, value)
            for name, value in fields
            if name != "stream" and value is not None
        ]
        return b"["

    def add(self, seq, found, dated, columns=()):
        # It gives all that have no time the one at which the message arrives: the last of them
        # would overwrite the others.
        if self.count and (dated[0] is None or self._is_undated):
            return False
        self._is_undated = dated[0] is None
        return super().add(seq, found, dated, columns)

    def row(self, seq, found, dated, columns):
        values = values_of(seq, found, dated, columns)
        if not self.count:
            values.update(self._once)
        if dated[0] is not None:
            # It keeps one value of a name and millisecond: records of one second stay apart.
            values = {"ts": 1000 * dated[0] + (seq or 0) % 1000, "values": values}
        return json.dumps(values, separators=(",", ":")).encode()


class Profile(PlainProfile):
    def batch(self, fields, budget_bytes):
        return Batch(fields, budget_bytes)

    def topic(self, stream):
        return _ME + "telemetry"

    def daily(self, status):
        status.update(status.pop("modem", ()))
        yield _ME + "attributes", json.dumps(status, separators=(",", ":")).encode(), False

    def subscriptions(self):
        return (_ME + "rpc/request/+",)

    def command_of(self, topic, payload):
        if not topic.startswith(_REQUEST):
            return None, None
        context = str(topic[len(_REQUEST) :], "utf-8")
        try:
            return json.loads(payload)["params"].encode(), context
        except (ValueError, LookupError, TypeError, AttributeError):
            return b"", context

    def answer(self, context, outcome):
        payload = json.dumps(outcome, separators=(",", ":"))
        return "%srpc/response/%s" % (_ME, context), payload.encode()
