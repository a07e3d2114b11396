"""Feeds recorded dialogues to the firmware's engine, and says what that made of them."""

import json
import re
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from rill.image import build
from rill.interpreter import micropython
from rill.modem.others import MORE

# One interpreter reads any number of dialogues. Of the meter's limits none is met here.
_SCRIPT = """
import gc, json, sys
from binascii import hexlify, unhexlify
gc.threshold({threshold})
sys.path.insert(0, {image!r})
from firmware.drivers.modem.dialect import FAMILIES, Dialect
from firmware.drivers.modem.exchange import Exchange

def told():
    print(json.dumps([exchange.result, exchange.code, exchange.lines, exchange.urcs,
                      str(hexlify(exchange.data), "utf-8"), exchange.dropped]))
for line in sys.stdin:
    kind, _, content = line.strip().partition(" ")
    if kind == "#":
        dialect = Dialect(*[ours + more for ours, more in zip(FAMILIES[content], {more!r})])
        exchange = Exchange(dialect, None, *[{room}] * 3)
    elif kind == "<":
        exchange.feed(unhexlify(content))
    elif kind == ">":
        told()
        exchange.begin(str(unhexlify(content), "utf-8"))
    elif kind == ">>":
        told()
        exchange.begin_data(unhexlify(content))
    else:
        told()
"""
FAMILIES = ("boudica", "quectel", "simcom", "other")
_PART_BYTES = 4096
_HEAP_BYTES = 32_000_000
_HEAP_TIMES = 16  # of the room
_GARBAGE_BYTES = 4_000_000  # more of it would tear the heap into pieces
_ESCAPES = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"\\": b"\\"}
_MARKS = {byte[0]: f"\\{chr(letter[0])}" for letter, byte in _ESCAPES.items()}

Cut = Callable[[bytes], Iterable[bytes]]


class ReplayError(Exception):
    """The file can't be read: one sentence."""


@dataclass
class Dialogue:
    """What a file holds. steps: a mark, and the bytes that the host or the modem sends."""

    family: str = "other"
    asked: list[str] = field(default_factory=list)
    steps: list[tuple[str, bytes]] = field(default_factory=list)


def unescaped(text: str) -> bytes:
    """The bytes of a text with the notation's escapes; any other backslash is one."""
    return re.sub(
        rb"\\(x[0-9A-Fa-f]{2}|[rnt\\])",
        lambda found: _ESCAPES.get(found[1]) or bytes.fromhex(found[1][1:].decode()),
        text.encode("utf-8", "surrogateescape"),
    )


def escaped(data: bytes) -> str:
    """The other way round. A space is escaped only where it can't be seen, at either end."""
    last = len(data) - 1
    return "".join(
        _MARKS.get(byte)
        or (chr(byte) if 32 < byte < 127 or byte == 32 and 0 < n < last else f"\\x{byte:02X}")
        for n, byte in enumerate(data)
    )


def read(path: Path) -> Dialogue:
    """A file in the notation; lines without a mark of it say nothing."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReplayError(f"{path} can't be read: {error.strerror or error}") from error
    return parse(content.decode("utf-8-sig", "surrogateescape"))


def parse(text: str) -> Dialogue:
    """The same, of a text. Modem lines that follow each other are one stream."""
    found = Dialogue()
    families = []
    for line in text.split("\n"):
        mark, _, content = line.rstrip("\r").partition(" ")
        if mark == "#" and content.startswith("family:"):
            families += content.partition(":")[2].lower().split()[:1]
        elif mark == "<":
            stream = unescaped(content)
            if found.steps and found.steps[-1][0] == "<":
                stream = found.steps.pop()[1] + stream
            found.steps.append(("<", stream))
        elif mark == ">":
            command = content.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            found.asked.append(command)
            found.steps.append((">", command.encode()))
        elif mark == ">>":
            found.asked.append(">>")
            found.steps.append((">>", unescaped(content)))
    if families and families[0] in FAMILIES:
        found.family = families[0]
    return found


def replay(path: Path, family: str | None = None) -> dict:
    """The numbers of `rill modem replay`."""
    dialogue = read(path)
    dialogue.family = family or dialogue.family
    return replay_all([(dialogue, whole)])[0]


def whole(data: bytes) -> Iterable[bytes]:
    """The simplest way that bytes arrive: at once."""
    return [data]


def replay_all(dialogues: list[tuple[Dialogue, Cut]]) -> list[dict]:
    """The same of many in one interpreter, each with the way in which its bytes arrive."""
    said = []
    for dialogue, cut in dialogues:
        said.append(f"# {dialogue.family}\n")
        for mark, content in dialogue.steps:
            parts = _small(cut(content)) if mark == "<" else [content]
            said += [f"{mark} {part.hex()}\n" for part in parts]
        said.append(".\n")
    told = _told("".join(said), max(map(_room, (one for one, _ in dialogues)), default=0))
    return [_numbers(dialogue, told) for dialogue, _ in dialogues]


def _room(dialogue: Dialogue) -> int:
    """Bytes of all that a modem says, as escapes at the worst."""
    return 4 * sum(len(content) for mark, content in dialogue.steps if mark == "<")


def _small(parts: Iterable[bytes]) -> Iterable[bytes]:
    for part in parts:
        yield from (part[n : n + _PART_BYTES] for n in range(0, len(part), _PART_BYTES))


def _told(said: str, room: int):
    """What the interpreter prints. room: so many bytes, lines and bytes of a line are kept."""
    script = _SCRIPT.format(image=str(build()), more=MORE, room=room, threshold=_GARBAGE_BYTES)
    heap = f"heapsize={_HEAP_BYTES + _HEAP_TIMES * room}"
    done = subprocess.run(
        [*micropython(), "-X", heap, "-c", script],
        input=said, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise ReplayError(f"the engine failed: {done.stderr or done.stdout[-2000:]}")
    return (json.loads(line) for line in done.stdout.splitlines())


def _numbers(dialogue: Dialogue, told) -> dict:
    _, _, _, urcs, data, dropped = next(told)
    numbers = {"urcs": urcs, "data": escaped(bytes.fromhex(data)), "commands": []}
    for command in dialogue.asked:
        result, code, lines, urcs, data, dropped = next(told)
        numbers["commands"].append({
            "command": command, "result": result or "none", "code": code, "lines": lines,
            "urcs": urcs, "data": escaped(bytes.fromhex(data)),
        })  # fmt: skip
    return numbers | {"dropped": dropped}
