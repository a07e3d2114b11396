"""One MQTT session: connect, publish with QoS 1, disconnect; each step has a deadline.

Uses umqtt.simple as it is, frozen in the image (1.6 and later) or release 1.3.4: its
module global `socket` is replaced by ours, which works with every version because frozen
Python modules have writable globals.
"""

import umqtt.simple as umqtt
from micropython import const

from firmware.core.errors import UplinkError
from firmware.uplink.deadline import DeadlineSocket

_CONNECT_MS = const(20_000)  # TCP connect to CONNACK
_PUBACK_MS = const(20_000)
_CLOSE_MS = const(5_000)
_KEEPALIVE_S = const(120)
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
    """connect(host, port, timeout_ms) opens the stream. Every failure is an UplinkError."""

    def __init__(self, *, connect, clock, client_id, host, port, user, password, message_bytes):
        self._sock = DeadlineSocket(
            connect=connect, clock=clock, buffer_bytes=message_bytes + _HEAD_BYTES
        )
        self._client = umqtt.MQTTClient(
            client_id,
            host,
            port,
            # Bytes: of a text umqtt would announce the characters and send the bytes.
            user.encode() or None,
            password.encode(),
            _KEEPALIVE_S,
        )

    def open(self):
        umqtt.socket = _Sockets(self._sock)  # type: ignore[attr-defined]
        self._step("connect", _CONNECT_MS, self._client.connect, True)

    def publish(self, topic, payload):
        """Returns when the broker has acknowledged this very message."""
        self._step("PUBACK", _PUBACK_MS, self._client.publish, topic, payload, False, 1)

    def close(self):
        """Say goodbye; everything was acknowledged before, so a failure costs nothing."""
        try:
            self._step("disconnect", _CLOSE_MS, self._goodbye)
        except UplinkError as error:
            print(error)

    def abandon(self):
        """Close the stream, if it is still open. Never fails: an error is on its way already."""
        try:
            self._sock.close()
        except OSError as error:
            print("stream not closed: %s" % error)

    def _goodbye(self):
        self._sock.write(b"\xe0\0")
        self._sock.flush()
        self._sock.close()

    def _step(self, name, deadline_ms, call, *arguments):
        self._sock.allow_ms(deadline_ms)
        try:
            call(*arguments)
        except _FAULTS as error:
            raise UplinkError("%s: %s %s" % (name, type(error).__name__, error))
