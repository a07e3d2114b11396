"""Where readings and events are kept: SQLite, a table for each stream, each record once."""

import sqlite3
import threading
import time
from contextlib import ExitStack

from rill.message import EventRow, Message, Quality, Row

_READING_COLUMNS = """
    odometer_ml INTEGER NOT NULL,
    interval_ml INTEGER NOT NULL,
    battery_mv INTEGER NOT NULL,
"""
_EVENT_COLUMNS = """
    code INTEGER NOT NULL,
    before INTEGER NOT NULL,
    after INTEGER NOT NULL,
    text TEXT NOT NULL,
"""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS {table} (
    device TEXT NOT NULL,
    journal TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    time_s INTEGER NULL,
    {columns}
    flags INTEGER NOT NULL,
    uncertainty_s INTEGER NOT NULL,
    boot INTEGER NULL,
    uptime_s INTEGER NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (device, journal, stream, seq)
)
"""
_TABLES = {
    "readings": (_READING_COLUMNS, Row._fields[:-1]),
    "events": (_EVENT_COLUMNS, EventRow._fields),
}
# The quality values of a reading: as many rows as it has.
_QUALITY = """
CREATE TABLE IF NOT EXISTS quality (
    device TEXT NOT NULL,
    journal TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    flag INTEGER NOT NULL,
    value INTEGER NULL,
    uncertainty INTEGER NOT NULL,
    raw_uv INTEGER NULL,
    PRIMARY KEY (device, journal, seq, kind)
)
"""


class StoreError(Exception):
    """The store cannot be used: one sentence that names its path."""


class Store:
    """Readings and events at path, a file or `:memory:`; may be used from several threads.

    `live` holds the newest reading of each meter that can't store any.

    `conflicts` counts rows that came again with other content; the first is kept. Every
    method may raise StoreError. A context manager; closing twice is allowed.
    """

    def __init__(self, path=":memory:"):
        self.path = str(path)
        self.conflicts = 0
        self.live: dict[str, Row] = {}
        self._lock = threading.RLock()
        try:
            self._database = sqlite3.connect(self.path, check_same_thread=False)
        except sqlite3.Error as error:
            raise self._failure(error) from error
        self._database.row_factory = sqlite3.Row
        with ExitStack() as on_failure:
            on_failure.callback(self._database.close)
            self._prepare()
            on_failure.pop_all()

    def add(self, message: Message) -> tuple[int, int]:
        """Store the rows of a Message, all or none; return how many are (new, duplicates).

        A row is a duplicate when device, journal, stream and seq are stored already.
        """
        if message.stream == "live":
            self.live[message.device] = message.rows[-1]
            return 0, 0
        received_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        new = conflicts = 0
        names = _TABLES[message.stream][1][1:]
        insert = (
            f"INSERT OR IGNORE INTO {message.stream} VALUES ({', '.join('?' * (len(names) + 5))})"
        )
        content = (
            f"SELECT {', '.join(names)} FROM {message.stream} "
            "WHERE device = ? AND journal = ? AND stream = ? AND seq = ?"
        )
        with self._lock:
            try:
                with self._database:
                    for row in message.rows:
                        key = (message.device, message.journal, message.stream, row.seq)
                        content_of = row[1 : len(names) + 1]
                        if self._database.execute(
                            insert, (*key, *content_of, received_at)
                        ).rowcount:
                            new += 1
                            self._add_quality(message, row)
                        elif tuple(self._database.execute(content, key).fetchone()) != content_of:
                            conflicts += 1
            except sqlite3.Error as error:
                raise self._failure(error) from error
            self.conflicts += conflicts
        return new, len(message.rows) - new

    def _add_quality(self, message: Message, row: Row | EventRow) -> None:
        marks = ", ".join("?" * (3 + len(Quality._fields)))
        for one in getattr(row, "quality", ()):
            values = (message.device, message.journal, row.seq, *one)
            self._database.execute(f"INSERT OR IGNORE INTO quality VALUES ({marks})", values)

    def quality(self, device):
        """Return the device's quality values, each a dict of all columns, in order of seq."""
        return self._select("SELECT * FROM quality WHERE device = ? ORDER BY seq, kind", device)

    def rows(self, device, stream="readings"):
        """Return the device's records, each a dict of all columns, in order of seq."""
        return self._select(
            f"SELECT * FROM {stream} WHERE device = ? ORDER BY seq, journal, stream", device
        )

    def counts(self):
        """Return a dict of how many readings are stored of each device."""
        found = self._select("SELECT device, COUNT(*) AS count FROM readings GROUP BY device")
        return {row["device"]: row["count"] for row in found}

    def close(self):
        """Close the file; the store cannot be used afterwards."""
        with self._lock:
            self._database.close()

    def _prepare(self):
        """Make the tables; StoreError when there is another one of such a name."""
        for table, (columns, names) in _TABLES.items():
            schema = _SCHEMA.format(table=table, columns=columns)
            self._make(table, schema, ["device", "journal", "stream", *names, "received_at"])
        self._make("quality", _QUALITY, ["device", "journal", "seq", *Quality._fields])

    def _make(self, table, schema, wanted):
        try:
            with self._database:
                self._database.execute(schema)
        except sqlite3.Error as error:
            raise self._failure(error) from error
        found = self._select(f"SELECT name FROM pragma_table_info('{table}')")
        if [column["name"] for column in found] != wanted:
            raise self._failure(f"its table '{table}' has other columns")

    def _select(self, query, *values):
        with self._lock:
            try:
                return [dict(row) for row in self._database.execute(query, values)]
            except sqlite3.Error as error:
                raise self._failure(error) from error

    def _failure(self, error):
        return StoreError(f"the readings cannot be kept in {self.path!r}: {error}")

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()
