"""Any message of a meter, whatever its encoding: topic and first byte tell which."""

import re

from rill import huawei, message, packed, senml, thingsboard
from rill.collect.told import Told
from rill.message import Message, PayloadError

_PACKED = 0x50
_LATER_PACKED = range(_PACKED + 1, ord("["))  # no other encoding begins so
# Beside the records: what a meter says of itself, answers, and what Home Assistant is told.
_OTHER = re.compile(r"rill/[^/]+/(status|answers|state|water)")


def topics(device: str) -> tuple[str, ...]:
    """What a receiver subscribes to for a device, "+": for any."""
    return (f"rill/{device}/+", huawei.topic(device), thingsboard.TOPIC)


def decode(topic: str, payload: bytes) -> Message | Told | None:
    """The Message of a payload that came on that topic; Told of a status on a topic of records.

    None: it is neither.

    Raises PayloadError, and nothing else; also when the topic is another device's or stream's.
    """
    if topic == thingsboard.TOPIC:
        return thingsboard.decode(payload)
    device = huawei.device_of(topic)
    if device is not None:
        return huawei.decode(device, payload)
    if _OTHER.fullmatch(topic):
        return None
    found = decoded(payload)
    if topic != f"rill/{found.device}/{found.stream}":
        raise PayloadError(f"{found.stream} of {found.device} came on {topic!r}")
    return found


def decoded(payload: bytes) -> Message:
    """The Message of a payload of a topic of our own; PayloadError, and nothing else."""
    first = payload[0] if payload else 0
    if first == _PACKED:
        return packed.decode(payload)
    if first in _LATER_PACKED:
        raise PayloadError(f"packed, of version {first:#x}, which this rill does not know")
    if first == ord("["):
        return senml.decode_json(payload)
    if 0x80 <= first <= 0x9F:
        return senml.decode_cbor(payload)
    return message.decode(payload)
