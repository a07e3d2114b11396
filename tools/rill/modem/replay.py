"""Feeds a recorded dialogue to the firmware's engine, and says what that made of it."""

import json
import re
import subprocess
from pathlib import Path

from rill.image import build
from rill.interpreter import micropython

_SCRIPT = """
import json, sys
from binascii import unhexlify
sys.path.insert(0, {image!r})
from firmware.drivers.modem.dialect import FAMILIES
from firmware.drivers.modem.exchange import Exchange

exchange = Exchange(FAMILIES[{family!r}])
first = True
def told():
    print(json.dumps([exchange.result, exchange.code, exchange.lines, exchange.urcs,
                      [byte for byte in exchange.data]]))
for line in sys.stdin:
    kind, _, content = line.strip().partition(" ")
    content = unhexlify(content)
    if kind == "<":
        exchange.feed(content)
        continue
    told()
    if kind == ">":
        exchange.begin(str(content, "utf-8"))
    elif kind == ">>":
        exchange.begin_data(content)
told()
"""
FAMILIES = ("boudica", "quectel", "simcom", "other")
_ESCAPES = {"r": b"\r", "n": b"\n", "t": b"\t", "\\": b"\\"}


class ReplayError(Exception):
    """The file is no dialogue: one sentence."""


def unescaped(text: str) -> bytes:
    """The bytes of a text with the notation's escapes."""
    found = b""
    for plain, letter, digits in re.findall(r"([^\\]+)|\\(?:x([0-9A-Fa-f]{2})|([rnt\\]))", text):
        found += plain.encode() or bytes.fromhex(letter) or _ESCAPES[digits]
    return found


def escaped(data: bytes) -> str:
    """The other way round."""
    marks = {13: "\\r", 10: "\\n", 9: "\\t", 92: "\\\\"}
    return "".join(
        marks.get(byte) or (chr(byte) if 32 < byte < 127 else f"\\x{byte:02X}") for byte in data
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReplayError(f"{path} can't be read: {error}") from error


def replay(path: Path, family: str | None = None, cut=lambda data: [data]) -> dict:
    """The numbers of `rill modem replay`. cut: how the modem's bytes arrive."""
    asked, steps = [], []
    stream = b""
    for line in _read(path).split("\n"):
        line = line.rstrip("\r")
        mark, _, content = line.partition(" ")
        if mark == "#" and content.startswith("family:") and not family:
            family = content.partition(":")[2].strip()
        elif mark == "<":
            stream += unescaped(content)
        elif mark in (">", ">>"):
            steps += [("<", part) for part in cut(stream)]
            steps.append((mark, unescaped(content) if mark == ">>" else content.encode()))
            stream = b""
            asked.append(content if mark == ">" else ">>")
    steps += [("<", part) for part in cut(stream)]
    lines = "".join(f"{mark} {content.hex()}\n" for mark, content in steps)
    family = family if family in FAMILIES else "other"
    script = _SCRIPT.format(image=str(build()), family=family)
    done = subprocess.run(
        [*micropython(), "-c", script], input=lines, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ReplayError(f"the engine failed on {path}: {done.stderr or done.stdout}")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    commands = []
    for command, (result, code, info, urcs, data) in zip(asked, told[1:], strict=True):
        commands.append({
            "command": command, "result": result or "none", "code": code, "lines": info,
            "urcs": urcs, "data": escaped(bytes(data)),
        })  # fmt: skip
    return {"commands": commands, "urcs": told[0][3], "data": escaped(bytes(told[0][4]))}
