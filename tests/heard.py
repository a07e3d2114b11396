"""Dialogues and what a right reader makes of them: the notation is in docs/modem.md."""

import random

from rill.image import ROOT
from rill.modem.replay import parse, replay_all, unescaped, whole

OWN = sorted((ROOT / "tests" / "dialogues").glob("*.at"))


def bytewise(data):
    return [data[n : n + 1] for n in range(len(data))]


def in_parts(seed):
    """Cuts at random places, in small parts and large ones; the same for the same seed."""
    chance = random.Random(seed)

    def cut(data):
        at = 0
        while at < len(data):
            size = chance.randint(1, chance.choice((3, 12, 200)))
            yield data[at : at + size]
            at += size

    return cut


WAYS = {"whole": whole, "bytewise": bytewise} | {f"parts {n}": in_parts(n) for n in range(6)}


def expected(text):
    """What stands before the first command, and behind each: result, lines, URCs, data."""
    found = [["", [], [], b""]]
    for line in text.split("\n"):
        mark, _, content = line.partition(" ")
        if mark in (">", ">>"):
            found.append(["none", [], [], b""])
        elif mark == "=":
            found[-1][0] = content
        elif mark in "+!" and mark:
            found[-1][1 if mark == "+" else 2].append(content)
        elif mark == "*":
            found[-1][3] += unescaped(content)
    return found


def heard(texts):
    """The same of each text, as the firmware reads it, in each of the ways."""
    ways = [(parse(text), way) for text in texts for way in WAYS.values()]
    numbers = [_found(told) for told in replay_all(ways)]
    return [dict(zip(WAYS, numbers[n : n + len(WAYS)], strict=True))
            for n in range(0, len(numbers), len(WAYS))]  # fmt: skip


def _found(told):
    assert told["dropped"] == 0
    first = ["", [], told["urcs"], unescaped(told["data"])]
    return [first] + [
        [one["result"], one["lines"], one["urcs"], unescaped(one["data"])]
        for one in told["commands"]
    ]


def differences(text, found):
    """A sentence for each command that was read as something else."""
    asked = ["(before the first)", *parse(text).asked]
    return [
        f"{way}: {command}: {is_so} instead of {must_be}"
        for way, numbers in found.items()
        for command, must_be, is_so in zip(asked, expected(text), numbers, strict=True)
        if must_be != is_so
    ]
