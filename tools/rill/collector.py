"""The head end: receives the meters' messages, checks them strictly and stores them."""

import hashlib
import threading
import uuid
from contextlib import ExitStack

from paho.mqtt import client as mqtt

from rill.broker import BrokerError
from rill.decoding import decode, topics
from rill.message import PayloadError
from rill.store import StoreError

START_TIMEOUT_S = 5.0
MAX_BAD = 100


class Collector:
    """Stores what the meters publish below `rill/`, or what one of them does.

    A context manager that is subscribed while in it. Counts, since it was made: `messages`
    (all arrivals), `payload_bytes` and `records_in_messages` (of good messages, each distinct
    payload once), `records_received` (readings of all good arrivals), `duplicates` (those that
    were stored already), `interruptions` (lost connections to the broker: messages published
    meanwhile are missed), `bad_messages`, and `bad`, what was wrong with the first 100 of them.
    """

    def __init__(self, broker, store, device=None):
        self.messages = self.payload_bytes = self.records_in_messages = 0
        self.records_received = self.duplicates = self.interruptions = 0
        self.bad_messages = 0
        self.bad = []
        self._broker = broker
        self._store = store
        self._topics = topics(device or "+")
        self._changed = threading.Condition()
        self._failure = None
        self._subscribed = self._closing = False
        self._seen = set()
        self._client = self._new_client()

    def _new_client(self):
        client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2,
            f"rill-{uuid.uuid4().hex[:16]}",
            protocol=mqtt.MQTTv311,
        )
        if self._broker.username is not None:
            client.username_pw_set(self._broker.username, self._broker.password)
        client.connect_timeout = START_TIMEOUT_S
        # What is published while we are away is missed: never wait longer than 1 s.
        client.reconnect_delay_set(1, 1)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        return client

    def start(self):
        """Connect and subscribe; BrokerError unless the broker confirmed that within 5 s."""
        with ExitStack() as on_failure:
            on_failure.callback(self.close)
            try:
                self._client.connect(self._broker.host, self._broker.port)
            except OSError as error:
                raise self._broker_error(error.strerror or error) from error
            self._client.loop_start()
            if not self.wait_for(lambda: self._subscribed, START_TIMEOUT_S):
                raise self._broker_error(f"not subscribed within {START_TIMEOUT_S:g} s")
            on_failure.pop_all()

    def close(self):
        """Disconnect; the counts stay. May be called again."""
        self._closing = True
        self._client.disconnect()
        self._client.loop_stop()

    def wait_for(self, predicate, timeout_s):
        """Wait until predicate() is true, asked anew after every message; False when too late.

        Raises StoreError when a message could not be stored, BrokerError when the broker
        refused us: nothing more is to be expected then.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._failure or predicate(), timeout_s)
            if self._failure:
                raise self._failure
            return bool(predicate())

    def _broker_error(self, reason):
        return BrokerError(f"no broker at {self._broker.host}:{self._broker.port}: {reason}")

    def _fail(self, error):
        with self._changed:
            self._failure = error
            self._changed.notify_all()

    def _on_connect(self, client, _userdata, _flags, reason_code, _properties):
        if reason_code.is_failure:
            self._fail(self._broker_error(reason_code))
        else:
            client.subscribe([(topic, 1) for topic in self._topics])

    def _on_subscribe(self, _client, _userdata, _mid, reason_codes, _properties):
        if any(code.is_failure for code in reason_codes):
            self._fail(self._broker_error(f"it refused our subscription to {self._topics}"))
            return
        with self._changed:
            self._subscribed = True
            self._changed.notify_all()

    @property
    def is_subscribed(self):
        """Whether what is published now arrives here."""
        return self._subscribed

    def _on_disconnect(self, _client, _userdata, _flags, _reason_code, _properties):
        with self._changed:
            self._subscribed = False
            self.interruptions += not self._closing
            self._changed.notify_all()

    def _on_message(self, _client, _userdata, arrived):
        """Count and store one arrival; paho confirms it to the broker after we return."""
        with self._changed:
            self.messages += 1
            try:
                message = decode(arrived.topic, arrived.payload)
                if message:
                    self._keep(message, arrived.payload)
            except PayloadError as error:
                self.bad_messages += 1
                if len(self.bad) < MAX_BAD:
                    self.bad.append(str(error))
            except StoreError as error:
                self._failure = error
            self._changed.notify_all()

    def _keep(self, message, payload):
        _new, duplicates = self._store.add(message)
        if message.stream != "readings":
            return
        self.records_received += len(message.rows)
        self.duplicates += duplicates
        digest = hashlib.sha256(payload).digest()
        if digest not in self._seen:
            self._seen.add(digest)
            self.payload_bytes += len(payload)
            self.records_in_messages += len(message.rows)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_error):
        self.close()
