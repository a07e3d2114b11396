"""The profile "homeassistant": discovery and the newest total, docs/platforms.md.

Home Assistant can't be told of the past: the readings go out as JSON rows on topics of our own.
What it is told itself is in discovery.py and sensors.py.
"""

from firmware.uplink.plain import Profile as PlainProfile

_LEAKS = ("continuous", "small_leak", "burst")


class Profile(PlainProfile):
    def __init__(self, config, device, now_s):
        super().__init__(config, device, now_s)
        self._config = config

    def daily(self, status):
        from firmware.uplink.discovery import discovery

        topic = "homeassistant/device/%s/config" % self._device
        parts = self._config, self._device, self.topic, status["firmware"]
        # Viewed as bytes: once more it would not fit beside TLS.
        yield topic, memoryview(discovery(*parts)), True  # type: ignore[arg-type]
        alarms = status.get("alarms", "")
        status["leak"] = "ON" if any([name in alarms for name in _LEAKS]) else "OFF"
        yield self._message("status", status) + (False,)

    def closing(self, newest, measured, offset_ml):
        from firmware.uplink.sensors import state, water

        told = newest and state(newest, offset_ml)
        if told:
            yield self.topic("state"), told.encode(), False
        told = measured and water(measured)
        if told:
            yield self.topic("water"), told.encode(), False
