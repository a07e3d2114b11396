"""A command as it was sent, and the answer to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rill.modem.modem import Modem

WRONG = 50
TEXTS = {
    3: "operation not allowed", 4: "operation not supported", 10: "SIM not inserted",
    11: "SIM PIN required", 12: "SIM PUK required", 13: "SIM failure", 14: "SIM busy",
    16: "incorrect password", 30: "no network service", 50: "Incorrect parameters",
    100: "unknown",
}  # fmt: skip
_NAME = re.compile(r"([+*^%][A-Z0-9]+)(=\?|\?|=)?(.*)", re.DOTALL | re.IGNORECASE)
_FIELD = re.compile(r'\s*("[^"]*"|[^,]*)\s*(,|$)')


class Refused(Exception):
    """+CME ERROR with this code; None: plain ERROR."""

    def __init__(self, code: int | None = WRONG):
        super().__init__(code)
        self.code = code


@dataclass
class Reply:
    """lines: of information, bytes where they are data. final: None: nothing ends it (yet).

    after_s: when it comes. then: what happens once it is said. prompt: how many bytes are asked
    for, and what becomes of them.
    """

    lines: Sequence[str | bytes] = ()
    final: str | None = "OK"
    after_s: float = 0.0
    then: Callable[[], None] | None = None
    prompt: tuple[int, Callable[[bytes], Reply]] | None = None


Lines = Sequence[str | bytes]
Handler = Callable[["Modem", "Call"], "Reply | Lines | None"]


@dataclass
class Call:
    """name: in capitals, as "+CSQ". kind: "run", "read", "test" or "set"."""

    name: str
    kind: str
    args: list[str] = field(default_factory=list)
    quoted: list[bool] = field(default_factory=list)

    def has(self, place: int) -> bool:
        return place < len(self.args) and bool(self.args[place] or self.quoted[place])

    def text(self, place: int, default: str | None = None) -> str:
        if self.has(place):
            return self.args[place]
        if default is None:
            raise Refused(WRONG)
        return default

    def number(
        self, place: int, low: int = 0, high: int = 2**31, default: int | None = None
    ) -> int:
        if not self.has(place) and default is not None:
            return default
        text = self.text(place)
        if self.quoted[place] or not re.fullmatch(r"-?[0-9]+", text):
            raise Refused(WRONG)
        if not low <= int(text) <= high:
            raise Refused(WRONG)
        return int(text)

    def most(self, count: int) -> None:
        """Refuse more parameters than these."""
        if len(self.args) > count:
            raise Refused(WRONG)


def parse(text: str) -> Call | None:
    """Of one extended command, without AT; None: it is none."""
    match = _NAME.fullmatch(text.strip())
    if not match:
        return None
    name, sign, rest = match.groups()
    kind = {None: "run", "?": "read", "=?": "test", "=": "set"}[sign]
    if kind != "set":
        return Call(name.upper(), kind) if not rest.strip() else None
    fields = []
    at = 0
    while True:
        found = _FIELD.match(rest, at)
        if not found:
            return Call(name.upper(), "set", [rest], [False])
        fields.append(found[1].strip())
        at = found.end()
        if not found[2]:
            break
    quoted = [one.startswith('"') for one in fields]
    return Call(name.upper(), "set", [one.strip('"') for one in fields], quoted)


def parts(line: str) -> list[str]:
    """A command line without AT, cut at semicolons and behind basic commands."""
    found = []
    for part in re.findall(r'(?:"[^"]*"|[^;"])+', line):
        rest = part.strip()
        while basic := re.match(r"(?:[EVQLMXI]\d?|&[WFC]\d?|D\*99[^;]*|[OHZ]\d?)", rest, re.I):
            found.append(basic[0].upper())
            rest = rest[basic.end() :]
        if rest:
            found.append(rest)
    return found


class Table:
    """Commands by name; later tables win over earlier ones."""

    def __init__(self, *bases: Table):
        self.handlers: dict[str, Handler] = {}
        for base in bases:
            self.handlers.update(base.handlers)

    def __call__(self, *names: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            for name in names:
                self.handlers[name] = handler
            return handler

        return register
