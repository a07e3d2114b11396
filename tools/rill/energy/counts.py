"""The firmware's ledger, read from a status or from what lies on a board: docs/energy.md."""

import struct
from binascii import crc32
from dataclasses import dataclass

from rill.board_process import Board
from rill.fields import acts

VERSION = 1
NAMES = acts()
_RETAINED = 1544  # docs/record-format.md
_COUNT_BYTES = 3
_LIVES = slice(len(NAMES) * _COUNT_BYTES, (len(NAMES) + 1) * _COUNT_BYTES)
_SUMS = "<BIIIQ28I84s"


class CountsError(Exception):
    """These are no counts of a meter; the message says why."""


@dataclass(frozen=True)
class Counts:
    """What took energy in covered_s seconds; polls: of the coprocessor; of: the rest by name."""

    covered_s: float
    polls: float
    of: dict[str, float]

    def __sub__(self, other: "Counts") -> "Counts":
        more = {name: value - other.of[name] for name, value in self.of.items()}
        return Counts(self.covered_s - other.covered_s, self.polls - other.polls, more)

    def __add__(self, other: "Counts") -> "Counts":
        return self - other.scaled(-1)

    def scaled(self, by: float) -> "Counts":
        """As many as in a time that is so many times as long."""
        more = {name: value * by for name, value in self.of.items()}
        return Counts(self.covered_s * by, self.polls * by, more)


def told(text: str) -> Counts:
    """Of the key `ledger` of a status."""
    try:
        version, covered_s, polls, *values = map(int, text.split(","))
    except ValueError:
        raise CountsError(f"{text!r} is not the ledger of a status") from None
    if version != VERSION or len(values) != len(NAMES):
        raise CountsError(f"a ledger of version {version} with {len(values)} counts")
    return Counts(covered_s, polls, dict(zip(NAMES, values, strict=True)))


def counted(board: Board) -> Counts:
    """All acts of a simulated board until now; seconds and polls until the last daily sum."""
    sums = _sums(board.nvs())
    kept = _unsealed(board.retained()[_RETAINED:][: 1 + _LIVES.stop + 4])
    if kept is None or kept[0] != VERSION:
        raise CountsError("retained memory holds no ledger")
    now, life = kept[1:], kept[1:][_LIVES][0]
    before = sums[-1] if sums[0] == life else bytes(_LIVES.start)
    values = [
        total + ((_at(now, n) - _at(before, n)) & 0xFFFFFF) for n, total in enumerate(sums[5:-1])
    ]
    return Counts(sums[3], sums[4], dict(zip(NAMES, values, strict=True)))


def _sums(stored: dict[str, bytes]) -> tuple:
    content = _unsealed(stored.get("ledger1", b""))
    if content is None:
        content = bytes(struct.calcsize(_SUMS))
    return struct.unpack(_SUMS, content)


def _at(counts: bytes, n: int) -> int:
    return int.from_bytes(counts[_COUNT_BYTES * n :][:_COUNT_BYTES], "little")


def _unsealed(sealed: bytes) -> bytes | None:
    content, seal = sealed[:-4], sealed[-4:]
    return content if seal and crc32(content).to_bytes(4, "little") == seal else None
