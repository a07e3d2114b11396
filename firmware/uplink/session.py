"""One MQTT session: connect, publish with QoS 1, hear, disconnect; each step has a deadline.

The broker keeps it between our connections (clean session off), and in it what was sent to us
meanwhile: the subscriptions are made once.

Uses umqtt.simple as it is, frozen in the image (1.6 and later) or release 1.3.4: its
module global `socket` is replaced by ours, which works with every version because frozen
Python modules have writable globals.
"""

import errno

import umqtt.simple as umqtt
from micropython import const

from firmware.core import fault
from firmware.core.errors import UplinkError
from firmware.uplink.client import Client
from firmware.uplink.deadline import DeadlineSocket

_CONNECT_MS = const(20_000)  # TCP connect to CONNACK
_PUBACK_MS = const(20_000)
_CLOSE_MS = const(5_000)
_KEEPALIVE_S = const(120)
_CONNECT_BYTES = const(192)  # a CONNECT with names of 32 and 64 bytes and a password of 64
_HEAD_BYTES = const(128)  # fixed header, topic and packet identifier of a PUBLISH

# What umqtt raises on a bad or missing answer: it trusts lengths and indexes blindly.
_FAULTS = (OSError, umqtt.MQTTException, AssertionError, IndexError, TypeError, MemoryError)


class _Sockets:
    """Stands in for the socket module inside umqtt."""

    def __init__(self, sock):
        self._sock = sock

    def socket(self, *_):
        return self._sock

    def getaddrinfo(self, host, port, *_):
        return [(0, 0, 0, "", (host, port))]


class Session:
    """connect(host, port, timeout_ms) opens the stream. Every failure is an UplinkError.

    trusts: the broker is expected to let us in, see deadline.py.
    """

    def __init__(
        self, *, connect, clock, client_id, host, port, user, password, message_bytes, trusts=False
    ):
        self._sock = DeadlineSocket(
            connect=connect,
            clock=clock,
            buffer_bytes=message_bytes + _HEAD_BYTES + trusts * _CONNECT_BYTES,
            trusts=trusts,
        )
        self._client = Client(
            client_id,
            host,
            port,
            # Bytes: of a text umqtt would announce the characters and send the bytes.
            user.encode() or None,
            password.encode(),
            _KEEPALIVE_S,
        )

        self._is_resumed = self._is_poisoned = False

    def open(self):
        umqtt.socket = _Sockets(self._sock)  # type: ignore[attr-defined]
        connect = self._client.connect
        self._is_resumed = self._step("connect", _CONNECT_MS, connect, False, found=fault.CONNECT)

    def publish(self, topic, payload):
        """Returns when the broker has acknowledged this very message."""
        publish = self._client.publish
        self._step("PUBACK", _PUBACK_MS, publish, topic, payload, False, 1, found=fault.PUBACK)

    def subscribe(self, topics):
        """With QoS 1, unless the broker knows it from the session before."""
        self._step("CONNACK", _PUBACK_MS, self._sock.settle, found=fault.PUBACK)
        if not self._is_resumed and not self._sock.is_resumed:
            for topic in topics:
                self._step("SUBACK", _PUBACK_MS, self._subscribe, topic, found=fault.PUBACK)

    def next_message(self, wait_ms):
        """(topic, payload, identifier) of the next message; None: none comes within wait_ms."""
        waiting = self._client.waiting
        if not waiting:
            self._step("message", wait_ms, self._hear)
        return waiting.pop(0) if waiting else None

    def acknowledge(self, identifier):
        """The message is dealt with: the broker may forget it. Goes out with what follows."""
        self._step("acknowledge", _PUBACK_MS, self._client.acknowledge, identifier)

    def close(self):
        """Say goodbye; everything was acknowledged before, so a failure costs nothing."""
        try:
            self._step("disconnect", _CLOSE_MS, self._goodbye)
        except UplinkError as error:
            print(error)

    def abandon(self):
        """Close the stream, if it is still open. Never fails: an error is on its way already."""
        self._drop()
        if self._is_poisoned:
            # More than we ever take waits in front of everything, in each session to come.
            self._is_poisoned = False
            self._sock.allow_ms(_CONNECT_MS)
            try:
                self._client.connect(True)
                self._goodbye()
            except (UplinkError,) + _FAULTS as error:
                print("session not ended: %s" % error)
            self._drop()

    def _drop(self):
        try:
            self._sock.close()
        except OSError as error:
            print("stream not closed: %s" % error)

    def _subscribe(self, topic):
        try:
            self._client.subscribe(topic, 1)
        except umqtt.MQTTException:
            print("the broker lets nobody command us: %s" % topic)

    def _hear(self):
        client = self._client
        try:
            while not client.waiting:
                if client.wait_msg() is not None:
                    client.pass_over()
        except OSError as error:
            if error.errno != errno.ETIMEDOUT:
                raise

    def _goodbye(self):
        self._sock.settle()
        self._sock.write(b"\xe0\0")
        self._sock.send_last()
        self._sock.close()

    def _step(self, name, deadline_ms, call, *arguments, found=fault.CLOSED):
        self._sock.allow_ms(deadline_ms)
        try:
            return call(*arguments)
        except _FAULTS as error:
            cause = 0
            if isinstance(error, umqtt.MQTTException) and error.args and found == fault.CONNECT:
                found, cause = fault.BROKER, error.args[0]
            elif found == fault.PUBACK and _is_closed(error):
                found = fault.CLOSED
            self._is_poisoned |= isinstance(error, OSError) and error.errno == errno.EINVAL
            raise UplinkError("%s: %s %s" % (name, type(error).__name__, error), found, cause)


def _is_closed(error):
    return not isinstance(error, OSError) or error.errno != errno.ETIMEDOUT
