"""umqtt with another way to receive: commands wait until there is room to obey them.

umqtt.simple takes a message of any length, hands it over in the middle of whatever is being
published, and acknowledges it at once.
"""

import errno
import struct

import umqtt.simple as umqtt
from micropython import const

_PUBLISH = const(0x30)
_PINGRESP = const(0xD0)
_PUBACK = b"\x40\x02"
_MOST_WAITING = const(8)
_MOST_BYTES = const(512)  # of a topic or a message; what is behind them is dropped


class Client(umqtt.MQTTClient):
    """waiting: (topic, payload, packet identifier or None) of messages, in their order. One more
    than eight is passed over: it is not acknowledged, so the broker sends it in the next session.
    """

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.cb = self  # umqtt wants one before it subscribes; nobody calls it
        self.waiting = []

    def wait_msg(self):
        """As umqtt's: the first byte of a packet whose rest the caller reads, None: it is dealt
        with. OSError.
        """
        kind = self._whole(1)[0]
        if kind & 0xF0 == _PUBLISH:
            self._take(kind)
        elif kind == _PINGRESP:
            self._whole(1)
        else:
            return kind
        return None

    def pass_over(self):
        """The rest of a packet that nobody waits for."""
        self._cut(self._recv_len())

    def acknowledge(self, identifier):
        """With what is written next, a message that was dealt with."""
        if identifier is not None:
            self.sock.write(_PUBACK + identifier)

    def _take(self, kind):
        size = self._recv_len()
        topic_bytes = struct.unpack("!H", self._whole(2))[0]
        head_bytes = 2 + topic_bytes + (2 if kind & 6 else 0)
        if head_bytes > size or kind & 4:
            raise OSError(errno.EINVAL, "a bad PUBLISH")
        topic = self._cut(topic_bytes)
        identifier = self._whole(2) if kind & 6 else None
        payload = self._cut(size - head_bytes)
        # The deadline stays; of bytes the next packet has as many as this one had.
        self.sock.allow_bytes()
        if len(self.waiting) < _MOST_WAITING:
            self.waiting.append((topic, payload, identifier))

    def _cut(self, size):
        """The first bytes of so many."""
        self.sock.check(size)
        data = self._whole(min(size, _MOST_BYTES))
        while size > _MOST_BYTES:
            size -= _MOST_BYTES
            self._whole(min(size, _MOST_BYTES))
        return data

    def _whole(self, n):
        data = self.sock.read(n)
        if len(data) != n:
            raise OSError(errno.ECONNRESET)
        return data
