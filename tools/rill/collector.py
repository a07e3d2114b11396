"""The head end: receives the meters' messages, checks them strictly and stores them."""

import hashlib
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack

from paho.mqtt import client as mqtt

from rill.collect import told
from rill.collect.dial import CONNECT_TIMEOUT_S, connect, new_client, no_broker, reason
from rill.collect.intake import Arrival, keep
from rill.decoding import decode, topics
from rill.message import Message, PayloadError, printable
from rill.store import StoreError

MAX_BAD = _MOST_NOTES = 100
_MOST_MESSAGES = 2000  # of a transaction,
_MOST_S = 0.05  # which waits so long for more,
_QUIET_S = 0.002  # unless there was silence: a broker waits for us after 20 messages, or so
_IDLE_S = 0.05
_AGAIN_S = 1.0  # between two attempts to connect


class Collector:
    """Stores what the meters publish below `rill/`, or what one of them does.

    A context manager that is subscribed while in it. client_id: the broker keeps for it what
    comes while it is away; without one, that is missed. share: of the group of collectors that
    divide the messages among them. What arrives is confirmed to the broker when it is on
    disk, not before. asking: an Asking, which says what to ask the meters for.

    Counts, since it was made: `messages` (all arrivals), `payload_bytes` and
    `records_in_messages` (of good messages, each distinct payload once), `records_received`
    (readings of all good arrivals), `duplicates` (those that were stored already),
    `interruptions` (lost connections to the broker), `bad_messages` (stored raw), and
    `bad`, what was wrong with the first 100 of them. `notes`: sentences on the connection, the
    first 100.
    """

    def __init__(self, broker, store, device=None, *, client_id=None, share=None, asking=None):
        self.messages = self.payload_bytes = self.records_in_messages = 0
        self.records_received = self.duplicates = self.interruptions = 0
        self.bad_messages = 0
        self.bad, self.notes = [], []
        self._broker, self._store = broker, store
        self._where = f"{broker.host}:{broker.port}"
        self._asking = asking
        group = f"$share/{share}/" if share else ""
        self._topics = [group + topic for topic in topics(device or "+")]
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._failure = None
        self._subscribed = self._is_lost = self._knows_refusals = False
        self._session = 0
        self._batch: list[Arrival] = []
        self._due_s = 0.0
        self._connected_s = 0.0
        self._asked = {}
        self._seen = set()
        # Of a lasting one every payload ever seen would not fit into memory.
        self._counts_payloads = client_id is None
        self._client = self._new_client(client_id)
        self._thread = threading.Thread(target=self._work, name="rill-collector", daemon=True)

    def _new_client(self, client_id):
        name = client_id or f"rill-{uuid.uuid4().hex[:16]}"
        client = new_client(self._broker, name, is_lasting=bool(client_id), manual_ack=True)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        return client

    def start(self):
        """Connect and subscribe; BrokerError unless the broker confirmed that within 5 s."""
        connect(self._client, self._broker)
        self._thread.start()
        with ExitStack() as on_failure:
            on_failure.callback(self.close)
            if not self.wait_for(lambda: self._subscribed, CONNECT_TIMEOUT_S):
                raise no_broker(self._broker, f"not subscribed within {CONNECT_TIMEOUT_S:g} s")
            on_failure.pop_all()

    def close(self):
        """Disconnect; the counts stay. May be called again."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def wait_for(self, predicate: Callable[[], object], timeout_s: float):
        """Wait until predicate() is true, asked anew after every message; False when too late.

        Raises StoreError when a message could not be stored, BrokerError when the broker
        refused us: nothing more is to be expected then.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._failure or predicate(), timeout_s)
            if self._failure:
                raise self._failure
            return bool(predicate())

    def take_bad(self) -> list[str]:
        """What was wrong since this was last called: 100 sentences at most."""
        with self._changed:
            taken, self.bad = self.bad, []
            return taken

    def take_notes(self) -> list[str]:
        """What there is to say of the connection since this was last called."""
        with self._changed:
            taken, self.notes = self.notes, []
            return taken

    @property
    def is_subscribed(self):
        """Whether what is published now arrives here."""
        return self._subscribed

    def _fail(self, error):
        with self._changed:
            self._failure = self._failure or error
            self._changed.notify_all()

    def _work(self):
        """The thread: all that touches the client, so that nothing is confirmed by mistake."""
        try:
            while not self._closing.is_set() and not self._failure:
                self._turn()
            if not self._failure:
                self._commit()
        except StoreError as error:
            self._fail(error)
        except Exception as error:
            self._fail(error)  # who waits shall hear of it
            raise
        finally:
            self._client.disconnect()

    def _turn(self):
        waiting = len(self._batch)
        code = self._client.loop(_QUIET_S if waiting else _IDLE_S)
        if code != mqtt.MQTT_ERR_SUCCESS:
            self._commit()
            self._reconnect(mqtt.error_string(code).rstrip("."))
            return
        is_quiet = len(self._batch) == waiting
        is_due = len(self._batch) >= _MOST_MESSAGES or time.monotonic() >= self._due_s
        if waiting and (is_quiet or is_due):
            self._commit()
        if self._asking and self._subscribed and not self._batch:
            self._ask()

    def _reconnect(self, why):
        """Once; the next turn tries again. why: it is lost."""
        if time.monotonic() < self._connected_s + _AGAIN_S:
            # As good as none: another one of our name may be there, and take it from us each time.
            self._closing.wait(_AGAIN_S)
        if self._closing.is_set():
            return
        try:
            self._client.reconnect()
        except OSError as error:
            self._note_lost(reason(error))
            self._closing.wait(_AGAIN_S)
        else:
            self._note_lost(why)

    def _note_lost(self, why):
        if not self._is_lost:
            self._is_lost = True
            self._note(f"the broker at {self._where} is lost: {why}")

    def _note(self, sentence):
        with self._changed:
            if len(self.notes) < _MOST_NOTES:
                self.notes.append(sentence)
            self._changed.notify_all()

    def _ask(self):
        for command in self._asking.due():
            if command in self._asked.values():
                continue  # the client has it still
            topic = f"rill/{command.device}/commands"
            self._asked[self._client.publish(topic, command.line, qos=1).mid] = command

    def _on_publish(self, _client, _userdata, mid, _reason_code, _properties):
        command = self._asked.pop(mid, None)
        if command:
            self._asking.sent(command)

    def _on_connect(self, client, _userdata, flags, reason_code, _properties):
        if reason_code == "Server unavailable" and self._session:
            return  # it has just been started anew; it closes the connection, and we come again
        if reason_code.is_failure:
            self._fail(no_broker(self._broker, reason_code))
            return
        self._connected_s = time.monotonic()
        client.subscribe([(topic, 1) for topic in self._topics])
        if flags.session_present:
            self._note_subscribed()  # already; the answer stands behind all that has waited for us

    def _on_subscribe(self, _client, _userdata, _mid, reason_codes, _properties):
        pairs = zip(self._topics, reason_codes, strict=True)
        refused = [topic for topic, code in pairs if code.is_failure]
        if self._topics[0] in refused:
            why = f"it refused our subscription to {' '.join(refused)}"
            self._fail(no_broker(self._broker, why))
            return
        if refused and not self._knows_refusals:
            self._knows_refusals = True
            self._note(f"the broker lets us read nothing on {' '.join(refused)}")
        self._note_subscribed()

    def _note_subscribed(self):
        with self._changed:
            if self._is_lost:
                self._is_lost = False
                self._note(f"the broker at {self._where} is back")
            self._subscribed = True
            self._changed.notify_all()

    def _on_disconnect(self, _client, _userdata, _flags, _reason_code, _properties):
        self._session += 1
        with self._changed:
            self.interruptions += self._subscribed and not self._closing.is_set()
            self._subscribed = False
            self._changed.notify_all()

    def _on_message(self, client, _userdata, arrived):
        if not self._batch:
            self._due_s = time.monotonic() + _MOST_S
        if arrived.topic.endswith("/commands"):
            client.ack(arrived.mid, arrived.qos)  # ours, or those of another
            return
        try:
            read = told.read if told.is_told(arrived.topic) else decode
            content = read(arrived.topic, arrived.payload)
        except PayloadError as error:
            content = error
        except Exception as error:  # noqa: BLE001 - it would come again for ever
            content = PayloadError(f"the decoder failed: {type(error).__name__}: {error}")
        if isinstance(content, Message):
            self.arrived(content)
        self._batch.append(
            Arrival(
                arrived.topic, arrived.payload, arrived.mid, arrived.qos, self._session, content
            )
        )

    def arrived(self, message: Message) -> None:
        """Called with each good message as it comes; does nothing here."""

    def _commit(self):
        """Store what has come, confirm it to the broker, count it."""
        batch, self._batch = self._batch, []
        if not batch:
            return
        stored = keep(self._store, batch)
        for one in batch:
            if one.session == self._session:
                self._client.ack(one.mid, one.qos)
        with self._changed:
            self.messages += len(batch)
            for one, result in stored:
                self._count(one, result)
            self._changed.notify_all()

    def _count(self, one, result):
        if isinstance(one.content, PayloadError):
            self.bad_messages += 1
            if len(self.bad) < MAX_BAD:
                self.bad.append(printable(f"{one.topic!r}: {one.content}"))
        elif isinstance(one.content, Message) and one.content.stream == "readings":
            self.records_received += sum(result)
            self.duplicates += result[1]
            if self._counts_payloads:
                self._count_payload(one)

    def _count_payload(self, one):
        digest = hashlib.sha256(one.payload).digest()
        if digest not in self._seen:
            self._seen.add(digest)
            self.payload_bytes += len(one.payload)
            self.records_in_messages += len(one.content.rows)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_error):
        self.close()
