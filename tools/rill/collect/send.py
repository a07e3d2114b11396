"""`rill send`: a signed command to one meter."""

import argparse
import json
import sys
import threading
import time
import uuid

from rill.broker import BrokerError
from rill.collect import told, verbs
from rill.collect.dial import CONNECT_TIMEOUT_S, address, connect, new_client, no_broker
from rill.collect.outbox import EXPIRES_S, Outbox
from rill.message import PayloadError
from rill.signing import SigningError, read_keys
from rill.store import Store

__all__ = ["EXPIRES_S", "run"]


class _Sender:
    """A client that publishes one command, and may hear the answer. A context manager."""

    def __init__(self, broker, device: str):
        self._broker, self._device = broker, device
        self._answers: list[told.Told] = []
        self._changed = threading.Condition()
        self._ready = self._sent = False
        self._failure: BrokerError | None = None
        self._client = new_client(broker, f"rill-send-{uuid.uuid4().hex[:16]}")
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = lambda *_: self._note(_ready=True)
        self._client.on_publish = lambda *_: self._note(_sent=True)
        self._client.on_message = self._on_message

    def __enter__(self):
        connect(self._client, self._broker)
        self._client.loop_start()
        self._wait(lambda: self._ready, "it does not let us in")
        return self

    def __exit__(self, *_error):
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, line: str) -> None:
        """BrokerError unless the broker has it within 5 s."""
        self._client.publish(f"rill/{self._device}/commands", line, qos=1)
        self._wait(lambda: self._sent, "it did not confirm the command, which may arrive or not")

    def answer(self, counter: int, timeout_s: float) -> told.Told | None:
        """The answer to the command with this counter; None when it is too late."""
        with self._changed:
            self._changed.wait_for(lambda: self._answer(counter), timeout_s)
            return self._answer(counter)

    def _answer(self, counter: int) -> told.Told | None:
        return next((one for one in self._answers if one.counter == counter), None)

    def _wait(self, predicate, otherwise: str) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._failure or predicate(), CONNECT_TIMEOUT_S)
            if self._failure or not predicate():
                raise self._failure or no_broker(self._broker, otherwise)

    def _note(self, **found) -> None:
        with self._changed:
            self.__dict__.update(found)
            self._changed.notify_all()

    def _on_connect(self, client, _userdata, _flags, reason_code, _properties):
        if reason_code.is_failure:
            self._note(_failure=no_broker(self._broker, reason_code))
        else:
            client.subscribe(f"rill/{self._device}/answers", qos=1)

    def _on_message(self, _client, _userdata, arrived):
        try:
            answer = told.read(arrived.topic, arrived.payload)
        except PayloadError:
            return  # a collector keeps and shows it
        with self._changed:
            self._answers.append(answer)
            self._changed.notify_all()


def run(options: argparse.Namespace) -> int:
    """0: printed, or the broker has it, or with --wait: it is done; 1: refused, never answered."""
    if options.prints and options.wait:
        raise SigningError("--wait needs a --broker; the answer to a printed line comes elsewhere")
    verbs.check(options.name, options.arguments)
    broker = options.broker and address(options.broker, options.ca, options.cert, options.key)
    keys = read_keys(options.keys)
    if options.device not in keys:
        raise SigningError(f"{options.keys!r} has no key of {options.device!r}")
    if options.prints:
        with Store(options.db) as store:
            print(_signed(store, keys, options).line)
            print(f"its counter is of {store.database.name}", file=sys.stderr)
        return 0
    with Store(options.db) as store, _Sender(broker, options.device) as sender:
        command = _signed(store, keys, options)
        sender.publish(command.line)
        waits = f"waits at the broker for {options.device}"
        print(f"command {command.counter}, counted in {store.database.name}, {waits}", flush=True)
        if not options.wait:
            return 0
        answer = sender.answer(command.counter, options.expires_s)
    if answer is None:
        print("it was not answered before it expired")
        return 1
    print(json.dumps(json.loads(answer.text)))
    return 0 if answer.outcome == "done" else 1


def _signed(store, keys, options):
    return Outbox(store.database, keys).sign(
        options.device,
        options.name,
        *options.arguments,
        now_s=int(time.time()),
        expires_after_s=options.expires_s,
        is_sent=True,
    )
