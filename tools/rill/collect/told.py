"""What a meter says beside its records: its daily status, and its answers to commands."""

import json
import re
from typing import NamedTuple

from rill.message import PayloadError

_TOPIC = re.compile(r"rill/(?P<device>[^/]+)/(?P<kind>status|answers)")
_OUTCOMES = ("done", "refused")
_MOST_COUNTER = 2**32 - 1


class Told(NamedTuple):
    """One message of `rill/DEVICE/status` or `rill/DEVICE/answers`; text is all of it, JSON.

    counter, command, outcome: of an answer; counter is 0 when the command had none.
    """

    device: str
    kind: str
    text: str
    counter: int = 0
    command: str = ""
    outcome: str = ""


def is_told(topic: str) -> bool:
    """Whether read() is for what comes on that topic."""
    return bool(_TOPIC.fullmatch(topic))


def read(topic: str, payload: bytes) -> Told:
    """PayloadError, unless it is version 2 and of the device in the topic."""
    device, kind = _TOPIC.fullmatch(topic).group("device", "kind")
    try:
        text = payload.decode()
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PayloadError(f"the payload is not JSON: {error}") from error
    if not isinstance(found, dict) or found.get("v") != 2:
        raise PayloadError("v, the version of the format, is not 2")
    if found.get("device") != device:
        raise PayloadError(f"{kind} of {found.get('device')!r} came on {topic!r}")
    if kind == "status":
        return Told(device, kind, text)
    counter, outcome = found.get("counter") or 0, found.get("outcome")
    if type(counter) is not int or not 0 <= counter <= _MOST_COUNTER:
        raise PayloadError(f"counter of an answer is not an integer 0..{_MOST_COUNTER}")
    if outcome not in _OUTCOMES:
        raise PayloadError("outcome of an answer is not 'done' or 'refused'")
    return Told(device, kind, text, counter, str(found.get("command") or ""), outcome)
