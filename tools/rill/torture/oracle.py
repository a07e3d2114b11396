"""What must be there after power has failed, and what is."""

import json
import struct
from dataclasses import dataclass, field

from rill.torture.headend import Book

_ODOMETER_AT = 9  # docs/record-format.md, kinds 1 and 2
_READING_KINDS = (1, 2)
_SENT_KINDS = (*_READING_KINDS, 3)
MOST_LOST_ML = 100_000  # what a loss of power may cost: 100 pulses of a litre
COLUMNS = (
    "odometer_backwards",
    "acked_lost",
    "stored_lost",
    "duplicates_sequence",
    "unreadable",
)


@dataclass
class Told:
    """stored: bodies by (letter, seq), from the moment that append() has returned."""

    stored: dict[tuple[str, int], bytes] = field(default_factory=dict)
    conflicts: int = 0

    def take(self, noted: list[tuple[int, bytes]]) -> None:
        for value, body in noted:
            key = chr(value >> 32), value & 0xFFFFFFFF
            self.conflicts += self.stored.setdefault(key, body) != body
        noted.clear()

    def last_reading(self) -> int:
        return max((seq for letter, seq in self.stored if letter == "r"), default=0)

    def copied(self) -> "Told":
        return Told(dict(self.stored), self.conflicts)


@dataclass
class Found:
    """What board/stored.py printed. streams: letter: (first, next, damaged stretches)."""

    journal: str
    cursor: int
    event_cursor: int
    crashes: int
    odometer_ml: int
    streams: dict[str, tuple[int, int, int]]
    bodies: dict[tuple[str, int], bytes]
    since: int

    @classmethod
    def parse(cls, text: str, since: int) -> "Found | None":
        """None when the store could not be opened."""
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("[")]
        if not lines or lines[0][0] != "meter":
            return None
        streams = {line[1]: tuple(line[2:]) for line in lines if line[0] == "stream"}
        bodies = {(x[0], x[1]): bytes.fromhex(x[2]) for x in lines if len(x[0]) == 1}
        return cls(*lines[0][1:], streams, bodies, since) if len(streams) == 4 else None


def losses(
    found: Found, told: Told, book: Book, floor_ml: int, keeps: int | None = None
) -> dict[str, int]:
    """The loss columns. floor_ml: the odometer may not be lower.

    keeps: a full journal may drop older readings than so many; None: none of them.
    """
    stored_lost = unreadable = 0
    dropped = _dropped(found, keeps)
    for (letter, seq), body in told.stored.items():
        first, _, damaged = found.streams[letter]
        if letter == "r" and (seq < dropped or first <= seq < found.since):
            continue  # dropped because the journal is full, or not asked for
        if found.bodies.get((letter, seq)) != body:
            unreadable += bool(damaged)
            stored_lost += not damaged
    odometers = [odometer_ml(body) for (letter, _), body in sorted(found.bodies.items())
                 if letter == "r" and body[0] in _READING_KINDS]  # fmt: skip
    least_ml = max([floor_ml, book.odometer_ml, *odometers])
    return {
        "odometer_backwards": (found.odometer_ml < least_ml) + (odometers != sorted(odometers)),
        "acked_lost": sum(
            (found.journal, name, seq) not in book.rows
            for name, letter, cursor in (
                ("readings", "r", found.cursor),
                ("events", "e", found.event_cursor),
            )
            for (other, seq), body in told.stored.items()
            if other == letter and seq < cursor and body[0] in _SENT_KINDS
        ),
        "stored_lost": stored_lost,
        "duplicates_sequence": told.conflicts + book.conflicts,
        "unreadable": unreadable,
    }


def _dropped(found: Found, keeps: int | None) -> int:
    """Readings below this number may be gone."""
    first, following, _ = found.streams["r"]
    return first if keeps is not None and following - first >= keeps else 0


def odometer_ml(body: bytes) -> int:
    return struct.unpack_from("<Q", body, _ODOMETER_AT)[0]
