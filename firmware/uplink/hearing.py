"""What an open session hears: imported when everything is published, or has gone wrong."""

import errno

import umqtt.simple as umqtt
from micropython import const

from firmware.core import fault
from firmware.core.errors import UplinkError
from firmware.uplink.arriving import cut

_ANSWER_MS = const(20_000)
_PUBACK = b"\x40\x02"


class Hearing:
    """Every failure is an UplinkError.

    is_resumed: behind subscribe(), the broker still had a session of ours.
    """

    def __init__(self, session):
        self.is_resumed = False
        self._session = session
        self._client = session.client

    def subscribe(self, topics, is_known):
        """With QoS 1, unless that is_known of a session which the broker still has. False when the
        broker refuses one of them.
        """
        is_granted = True
        session = self._session
        session.step("CONNACK", _ANSWER_MS, session.sock.settle, found=fault.PUBACK)
        self.is_resumed = is_known and (session.is_resumed or session.sock.is_resumed)
        if not self.is_resumed:
            for topic in topics:
                is_granted &= session.step(
                    "SUBACK", _ANSWER_MS, self._subscribe, topic, found=fault.PUBACK
                )
        return is_granted

    def next_message(self, wait_ms):
        """(topic, payload, identifier) of the next message; None: none comes within wait_ms."""
        waiting = self._client.waiting
        if not waiting:
            self._session.step("message", wait_ms, self._hear)
        return waiting.pop(0) if waiting else None

    def acknowledge(self, identifier):
        """The message is dealt with: the broker may forget it. Goes out with what follows."""
        if identifier is not None:
            self._session.step("write", _ANSWER_MS, self._client.sock.write, _PUBACK + identifier)

    def _subscribe(self, topic):
        client = self._client
        client.cb = self  # umqtt wants one; nobody calls it
        try:
            client.subscribe(topic, 1)
        except umqtt.MQTTException:
            print("the broker lets nobody command us: %s" % topic)
            return False
        return True

    def _hear(self):
        client = self._client
        try:
            while not client.waiting:
                if client.wait_msg() is not None:
                    cut(client, client._recv_len())  # nobody waits for it
        except OSError as error:
            if error.errno != errno.ETIMEDOUT:
                raise


def begin_anew(session):
    """Connect once more and let the broker forget the session, with all that waits in it."""
    try:
        session.step("connect", _ANSWER_MS, session.client.connect, True)
        session.step("disconnect", _ANSWER_MS, session.goodbye)
    except UplinkError as error:
        print("session not ended: %s" % error)
