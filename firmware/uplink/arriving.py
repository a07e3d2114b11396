"""A message to us waits until there is room to deal with it. Imported when the first one comes.

umqtt.simple takes one of any length, hands it over in the middle of whatever is being published,
and acknowledges it at once.
"""

import errno

from micropython import const

_PINGRESP = const(0xD0)
_MOST_WAITING = const(8)
_MOST_BYTES = const(512)  # of a topic or a message; what is behind them is dropped


def take(client, kind):
    """The rest of a packet, a PUBLISH or a PINGRESP. OSError. One message more than eight is
    passed over, and with it all later ones of this session: they are not acknowledged, so the
    broker sends them in the next session, in their order.
    """
    if kind >= _PINGRESP:
        _whole(client, 1)
        return
    size = client._recv_len()
    topic_bytes = int.from_bytes(_whole(client, 2), "big")
    size -= topic_bytes + (4 if kind & 6 else 2)
    if size < 0 or kind & 4:
        raise OSError(errno.EINVAL, "a bad PUBLISH")
    topic = cut(client, topic_bytes)
    identifier = _whole(client, 2) if kind & 6 else None
    payload = cut(client, size)
    # The deadline stays; of bytes the next packet has as many as this one had.
    client.sock.allow_bytes()
    client.is_full |= len(client.waiting) >= _MOST_WAITING
    if not client.is_full:
        client.waiting.append((topic, payload, identifier))


def cut(client, size):
    """The first bytes of so many."""
    client.sock.check(size)
    data = _whole(client, min(size, _MOST_BYTES))
    while size > _MOST_BYTES:
        size -= _MOST_BYTES
        _whole(client, min(size, _MOST_BYTES))
    return data


def _whole(client, n):
    data = client.sock.read(n)
    if len(data) != n:
        raise OSError(errno.ECONNRESET)
    return data
