"""Readings and events for Huawei Cloud IoTDA: docs/platforms.md. In memory while they are sent."""

import json

from micropython import const

from firmware.uplink.huawei_entry import READING, entry_of
from firmware.uplink.named import values_of
from firmware.uplink.rows import Rows

_EVENT = const("WaterMeterAlarm")


class Batch(Rows):
    def head(self, fields):
        named = dict(fields)
        self._service = _EVENT if named.pop("stream") == "events" else READING
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
        entry = entry_of(self._service, values, dated[0])
        return json.dumps(entry, separators=(",", ":")).encode()
