"""umqtt with another way to receive: messages to us wait until there is room to deal with them.

umqtt.simple takes one of any length, hands it over in the middle of whatever is being published,
and acknowledges it at once.
"""

import errno

import umqtt.simple as umqtt
from micropython import const

_PUBLISH = const(0x30)
_PINGRESP = const(0xD0)
_MOST_WAITING = const(8)
_MOST_BYTES = const(512)  # of a topic or a message; what is behind them is dropped


class Client(umqtt.MQTTClient):
    """waiting: (topic, payload, packet identifier or None) of messages, in their order. One more
    than eight is passed over: it is not acknowledged, so the broker sends it in the next session.
    """

    waiting: list

    def wait_msg(self):
        """As umqtt's: the first byte of a packet whose rest the caller reads, None: it is dealt
        with. OSError.
        """
        kind = self._whole(1)[0]
        if kind == _PINGRESP:
            self._whole(1)
        elif kind & 0xF0 == _PUBLISH:
            self._take(kind)
        else:
            return kind
        return None

    def _take(self, kind):
        size = self._recv_len()
        topic_bytes = int.from_bytes(self._whole(2), "big")
        size -= topic_bytes + (4 if kind & 6 else 2)
        if size < 0 or kind & 4:
            raise OSError(errno.EINVAL, "a bad PUBLISH")
        topic = self.cut(topic_bytes)
        identifier = self._whole(2) if kind & 6 else None
        payload = self.cut(size)
        # The deadline stays; of bytes the next packet has as many as this one had.
        self.sock.allow_bytes()
        if len(self.waiting) < _MOST_WAITING:
            self.waiting.append((topic, payload, identifier))

    def cut(self, size):
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
