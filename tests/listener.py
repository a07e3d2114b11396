"""Keeps all messages that go through a broker, as they went."""

import threading
import uuid
from typing import NamedTuple

from paho.mqtt import client as mqtt


class Heard(NamedTuple):
    topic: str
    payload: bytes
    is_retained: bool  # the broker keeps it: asked for by who published it


class Listener:
    """A context manager: subscribed to everything while in it."""

    def __init__(self, broker):
        self.heard: list[Heard] = []
        self._broker = broker
        self._ready = threading.Event()
        # MQTT 5 says of each message whether it was published to be kept.
        self._client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2,
            f"listener-{uuid.uuid4().hex[:8]}",
            protocol=mqtt.MQTTv5,
        )
        options = mqtt.SubscribeOptions(qos=1, retainAsPublished=True)
        self._client.on_connect = lambda client, *_: client.subscribe(
            [(topic, options) for topic in ("#", "$oc/#")]
        )
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = lambda _client, _data, found: self.heard.append(
            Heard(found.topic, found.payload, found.retain)
        )

    def __enter__(self):
        self._client.connect(self._broker.host, self._broker.port)
        self._client.loop_start()
        assert self._ready.wait(5)
        return self

    def __exit__(self, *_):
        self._client.disconnect()
        self._client.loop_stop()
