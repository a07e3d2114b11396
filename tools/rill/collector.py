"""The head end: receives the meters' messages, checks them strictly and stores them."""

import hashlib
import json
import re
import threading
import uuid
from contextlib import ExitStack

from paho.mqtt import client as mqtt

from rill.broker import BrokerError
from rill.store import Message, Row, StoreError

START_TIMEOUT_S = 5.0
MAX_BAD = 100
_TOPIC = re.compile(r"rill/([^/]+)/readings")
_KEYS = {"v", "device", "journal", "stream", "rows"}
_DEVICE = re.compile(r"[A-Za-z0-9_-]{1,32}")
_JOURNAL = re.compile(r"[0-9A-Fa-f]{16}")
_RANGES = {
    "seq": (1, 2**32 - 1),
    "time_s": (0, 2**32 - 1),
    "odometer_ml": (0, 2**63 - 1),
    "interval_ml": (0, 2**63 - 1),
    "battery_mv": (0, 2**16 - 1),
    "flags": (0, 2**16 - 1),
    "boot": (0, 2**16 - 1),
    "uptime_s": (0, 2**32 - 1),
}


class PayloadError(Exception):
    """A payload is not version 1 of the readings format: one sentence says what is wrong."""


def _object(pairs):
    """Return the JSON object of these pairs; PayloadError when a key comes twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise PayloadError("a key of a JSON object comes twice")
    return found


def _parse(payload):
    """Return the JSON value of the bytes; PayloadError when they are not JSON in UTF-8."""
    try:
        return json.loads(payload.decode(), object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        raise PayloadError(f"the payload is not UTF-8 at byte {error.start}") from error
    except (ValueError, RecursionError) as error:
        raise PayloadError(f"the payload is not JSON: {error}") from error


def _text(found, key, pattern):
    """Return the string at key; PayloadError unless all of it matches the pattern."""
    if not isinstance(found[key], str) or not pattern.fullmatch(found[key]):
        raise PayloadError(f"{key} is not a string that matches {pattern.pattern}")
    return found[key]


def _row(number, entries):
    """Return the Row of a JSON value; number, from 1, is for the message of PayloadError."""
    if not isinstance(entries, list) or len(entries) not in (6, 8):
        raise PayloadError(f"row {number} is not a list of 6 or 8 entries")
    if (entries[1] is None) != (len(entries) == 8):
        raise PayloadError(f"row {number} must have 8 entries when its time is null, else 6")
    for (name, (low, high)), value in zip(_RANGES.items(), entries, strict=False):
        if name == "time_s" and value is None:
            continue
        if type(value) is not int or not low <= value <= high:
            raise PayloadError(f"{name} of row {number} is not an integer {low}..{high}")
    return Row(*entries)


def decode(payload):
    """Return the Message of a readings payload (bytes, JSON of version 1).

    Raises PayloadError, and nothing else, when anything in it is not as specified. The
    journal's hex digits are returned in lower case.
    """
    found = _parse(payload)
    if not isinstance(found, dict):
        raise PayloadError("the payload is not a JSON object")
    if type(found.get("v")) is not int or found["v"] != 1:
        raise PayloadError("v, the version of the format, is not 1")
    if found.keys() != _KEYS:
        raise PayloadError(f"the keys of the payload are not {', '.join(sorted(_KEYS))}")
    device = _text(found, "device", _DEVICE)
    journal = _text(found, "journal", _JOURNAL).lower()
    if found["stream"] != "readings":
        raise PayloadError("stream is not 'readings'")
    if not isinstance(found["rows"], list) or not found["rows"]:
        raise PayloadError("rows is not a list of at least one row")
    rows = tuple(_row(number, entries) for number, entries in enumerate(found["rows"], 1))
    return Message(device, journal, "readings", rows)


class Collector:
    """Stores what the meters publish on `rill/+/readings`, or what one of them does.

    A context manager that is subscribed while in it. Counts, since it was made: `messages`
    (all arrivals), `payload_bytes` and `records_in_messages` (of good messages, each distinct
    payload once), `records_received` (rows of all good arrivals), `duplicates` (those that
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
        self._topic = f"rill/{device or '+'}/readings"
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
            client.subscribe(self._topic, qos=1)

    def _on_subscribe(self, _client, _userdata, _mid, reason_codes, _properties):
        if any(code.is_failure for code in reason_codes):
            self._fail(self._broker_error(f"it refused our subscription to {self._topic}"))
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
                message = decode(arrived.payload)
                if _TOPIC.fullmatch(arrived.topic)[1] != message.device:
                    raise PayloadError(f"a payload of {message.device} came on {arrived.topic!r}")
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
