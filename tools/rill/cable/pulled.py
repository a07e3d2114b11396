"""Where `rill pull` puts what a journal has: CSV files, or the database of `rill collect`.

Both have, as context managers that keep what has come whatever ends them:

`wanted(stream, first, last)`  the ranges (from, to) of these numbers that are not here yet
`take(stream, seq, body)`      a record; False when this version does not know what it is
`done(stream)`                 how many of these were here before
`numbers()`                    more of `rill pull --json`
"""

import csv
from io import StringIO
from pathlib import Path

from rill.cable.prompt import PortError
from rill.cable.stored_frames import COLUMNS, SALTS, message_row, row
from rill.message import Message, PayloadError, checked
from rill.store import Store

_BATCH = 500  # records in a transaction
_SPAN = 200  # records: what lacks so near is fetched together, with what is between


class Files:
    """JOURNAL.readings.csv and JOURNAL.events.csv; one that is there is continued."""

    def __init__(self, folder: Path, journal: str):
        self._paths = {stream: folder / f"{journal}.{stream}.csv" for stream in SALTS}
        self._open: dict = {}

    def __enter__(self) -> "Files":
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._open.values():
            file.close()

    def wanted(self, stream: str, first: int, last: int) -> list[tuple[int, int]]:
        behind = max(first, continued(self._paths[stream], COLUMNS[stream]) + 1)
        self._open[stream] = self._paths[stream].open("a", newline="", encoding="utf-8")
        return [(behind, last)] if behind <= last else []

    def take(self, stream: str, seq: int, body: bytes) -> bool:
        values = row(stream, seq, body)
        if values:
            csv.writer(self._open[stream], lineterminator="\n").writerow(values)
        return values is not None

    def done(self, stream: str) -> int:
        return 0

    def numbers(self) -> dict:
        return {"files": [str(path) for path in self._paths.values()]}


class Database:
    """What came over the air and over the cable is one record there; docs/collector.md.

    offset_ml: what the meter body shows more than the odometer, None: not known. address: of
    open_database(). Raises StoreError.
    """

    def __init__(self, address: str, device: str, journal: str, offset_ml: int | None):
        self._store = Store(address)
        self._of = (device, journal)
        self._offset_ml = offset_ml
        self._oldest: dict[str, int] = {}
        self._rows: dict[str, list] = {stream: [] for stream in SALTS}
        self._duplicates = dict.fromkeys(SALTS, 0)

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        try:
            for stream in SALTS:
                self._keep(stream)
        finally:
            self._store.close()

    def wanted(self, stream: str, first: int, last: int) -> list[tuple[int, int]]:
        self._oldest[stream] = first
        ranges: list[tuple[int, int]] = []
        for begin, end in self._store.lacking(*self._of, stream, first, last):
            if ranges and begin - ranges[-1][1] <= _SPAN:
                begin = ranges.pop()[0]
            ranges.append((begin, end))
        return ranges

    def take(self, stream: str, seq: int, body: bytes) -> bool:
        """As strict as with what comes over the air."""
        entries = message_row(stream, seq, body)
        if entries is None:
            return False
        device, journal = self._of
        said = {"v": 2, "device": device, "journal": journal, "stream": stream, "rows": [entries]}
        try:
            self._rows[stream] += checked(said).rows
        except PayloadError:
            return False
        if len(self._rows[stream]) >= _BATCH:
            self._keep(stream)
        return True

    def done(self, stream: str) -> int:
        self._keep(stream)
        return self._duplicates[stream]

    def numbers(self) -> dict:
        """conflicts: here are other values of the same number."""
        return {"db": self._store.database.place, "conflicts": self._store.conflicts}

    def _keep(self, stream: str) -> None:
        rows, self._rows[stream] = self._rows[stream], []
        if rows:
            offset_ml = self._offset_ml if stream == "readings" else None
            message = Message(*self._of, stream, tuple(rows), self._oldest[stream], offset_ml)
            self._duplicates[stream] += self._store.add(message)[1]


def continued(path: Path, columns: tuple[str, ...]) -> int:
    """The last sequence number of a file; one that is not there is begun, a torn line removed."""
    head = (",".join(columns) + "\n").encode()
    content = path.read_bytes() if path.exists() else b""
    if head.startswith(content):
        path.write_bytes(head)
        return 0
    if not content.startswith(head):
        raise PortError(
            f"{path} is no file of `rill pull`: its first line is not {','.join(columns)}"
        )
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        path.write_bytes(whole)
    try:
        rows = [line for line in csv.reader(StringIO(whole.decode())) if line][1:]
        return int(rows[-1][0]) if rows else 0
    except ValueError as error:
        raise PortError(
            f"{path} was changed, and ends with no record of `rill pull`: move it away, pull again"
        ) from error
