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
from firmware.uplink.deadline import DeadlineSocket

_CONNECT_MS = const(20_000)  # TCP connect to CONNACK
_PUBACK_MS = const(20_000)
_CLOSE_MS = const(5_000)
_OURS = const((3, 13))  # PUBLISH, PINGRESP
_KEEPALIVE_S = const(120)
_CONNECT_BYTES = const(192)  # a CONNECT with names of 32 and 64 bytes and a password of 64
_HEAD_BYTES = const(128)  # fixed header, topic and packet identifier of a PUBLISH

# What umqtt raises on a bad or missing answer: it trusts lengths and indexes blindly.
_FAULTS = (OSError, umqtt.MQTTException, AssertionError, IndexError, TypeError, MemoryError)


class _Sockets:
    """Stands in for the socket module inside umqtt."""

    def __init__(self, sock):
        self.sock = sock

    def socket(self, *_):
        return self.sock

    def getaddrinfo(self, host, port, *_):
        return [(0, 0, 0, "", (host, port))]


class _Client(umqtt.MQTTClient):
    """waiting: (topic, payload, packet identifier or None) of messages to us, in their order.
    is_full: one was passed over.
    """

    waiting: list
    is_full: bool

    def wait_msg(self):
        """As umqtt's: the first byte of a packet whose rest the caller reads, None: it is dealt
        with. OSError.
        """
        kind = self.sock.read(1)
        if not kind:
            raise OSError(errno.ECONNRESET)
        if kind[0] >> 4 not in _OURS:
            return kind[0]
        from firmware.uplink.arriving import take

        return take(self, kind[0])


class Session:
    """connect(host, port, timeout_ms) opens the stream. Every failure is an UplinkError.

    message_bytes: the most of a message that goes out as one write. trusts: the broker is expected
    to let us in, see deadline.py.
    """

    def __init__(
        self, *, connect, clock, client_id, host, port, user, password, message_bytes, trusts=False
    ):
        self.message_bytes = message_bytes
        self.sock = DeadlineSocket(
            connect=connect,
            clock=clock,
            buffer_bytes=message_bytes + _HEAD_BYTES + trusts * _CONNECT_BYTES,
            trusts=trusts,
        )
        self.client = _Client(
            client_id,
            host,
            port,
            # Bytes: of a text umqtt would announce the characters and send the bytes.
            user.encode() or None,
            password.encode(),
            _KEEPALIVE_S,
        )

        self.client.waiting = []
        self.client.is_full = self.is_resumed = self._is_poisoned = False

    def open(self):
        umqtt.socket = _Sockets(self.sock)  # type: ignore[attr-defined]
        connect = self.client.connect
        self.is_resumed = self.step("connect", _CONNECT_MS, connect, False, found=fault.CONNECT)

    def publish(self, topic, payload, is_retained=False):
        """Returns when the broker has acknowledged this very message."""
        publish = self.client.publish
        self.step(
            "PUBACK", _PUBACK_MS, publish, topic, payload, is_retained, 1, found=fault.PUBACK
        )

    def close(self):
        """Say goodbye; everything was acknowledged before, so a failure costs nothing."""
        try:
            self.step("disconnect", _CLOSE_MS, self.goodbye)
        except UplinkError as error:
            print(error)

    def abandon(self):
        """Close the stream, if it is still open. Never fails: an error is on its way already."""
        self._drop()
        if self._is_poisoned:
            # More than we ever take waits in front of everything, in each session to come.
            self._is_poisoned = False
            from firmware.uplink.hearing import begin_anew

            begin_anew(self)
            self._drop()

    def _drop(self):
        try:
            self.sock.close()
        except OSError as error:
            print("stream not closed: %s" % error)

    def goodbye(self):
        self.sock.settle()
        self.sock.write(b"\xe0\0")
        self.sock.send_last()
        self.sock.close()

    def step(self, name, deadline_ms, call, *arguments, found=fault.CLOSED):
        self.sock.allow_ms(deadline_ms)
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
