"""Any message of a meter, whatever its encoding: the first byte tells which."""

from rill import message, packed
from rill.message import Message, PayloadError

_PACKED = 0x50


def decode(topic: str, payload: bytes) -> Message:
    """The Message of a payload that came on that topic; raises PayloadError, and nothing else.

    It also does when the topic is another device's or stream's.
    """
    found = _decoded(payload)
    if topic != f"rill/{found.device}/{found.stream}":
        raise PayloadError(f"{found.stream} of {found.device} came on {topic!r}")
    return found


def _decoded(payload: bytes) -> Message:
    first = payload[0] if payload else None
    if first == _PACKED:
        return packed.decode(payload)
    return message.decode(payload)
