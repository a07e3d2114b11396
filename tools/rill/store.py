"""Where readings are kept: one SQLite table, each reading in it once."""

import sqlite3
import threading
import time
from contextlib import ExitStack
from typing import NamedTuple

_SCHEMA = """
CREATE TABLE IF NOT EXISTS readings (
    device TEXT NOT NULL,
    journal TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    time_s INTEGER NULL,
    odometer_ml INTEGER NOT NULL,
    interval_ml INTEGER NOT NULL,
    battery_mv INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    boot INTEGER NULL,
    uptime_s INTEGER NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (device, journal, stream, seq)
)
"""
_COLUMNS = ["device", "journal", "stream", "seq", "time_s", "odometer_ml", "interval_ml"]
_COLUMNS += ["battery_mv", "flags", "boot", "uptime_s", "received_at"]
_INSERT = f"INSERT OR IGNORE INTO readings VALUES ({', '.join('?' * len(_COLUMNS))})"
_CONTENT = """
SELECT time_s, odometer_ml, interval_ml, battery_mv, flags, boot, uptime_s FROM readings
WHERE device = ? AND journal = ? AND stream = ? AND seq = ?
"""


class StoreError(Exception):
    """The store cannot be used: one sentence that names its path."""


class Row(NamedTuple):
    """One reading. time_s is since 1970, None when the meter did not know the time.

    boot and uptime_s are then given instead: the number of the start and the time since it.
    """

    seq: int
    time_s: int | None
    odometer_ml: int
    interval_ml: int
    battery_mv: int
    flags: int
    boot: int | None = None
    uptime_s: int | None = None


class Message(NamedTuple):
    """The readings of one payload, all of one device, journal and stream."""

    device: str
    journal: str
    stream: str
    rows: tuple[Row, ...]


class Store:
    """Readings at path, a file or `:memory:`; may be used from several threads.

    `conflicts` counts rows that came again with other content; the first is kept. Every
    method may raise StoreError. A context manager; closing twice is allowed.
    """

    def __init__(self, path=":memory:"):
        self.path = str(path)
        self.conflicts = 0
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

    def add(self, message):
        """Store the rows of a Message, all or none; return how many are (new, duplicates).

        A row is a duplicate when device, journal, stream and seq are stored already.
        """
        received_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        new = conflicts = 0
        with self._lock:
            try:
                with self._database:
                    for row in message.rows:
                        key = (message.device, message.journal, message.stream, row.seq)
                        values = (*key, *row[1:], received_at)
                        if self._database.execute(_INSERT, values).rowcount:
                            new += 1
                        elif tuple(self._database.execute(_CONTENT, key).fetchone()) != row[1:]:
                            conflicts += 1
            except sqlite3.Error as error:
                raise self._failure(error) from error
            self.conflicts += conflicts
        return new, len(message.rows) - new

    def rows(self, device):
        """Return the device's readings, each a dict of all columns, in order of seq."""
        return self._select(
            "SELECT * FROM readings WHERE device = ? ORDER BY seq, journal, stream", device
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
        """Make the table; StoreError when there is another one of its name."""
        try:
            with self._database:
                self._database.execute(_SCHEMA)
        except sqlite3.Error as error:
            raise self._failure(error) from error
        found = self._select("SELECT name FROM pragma_table_info('readings')")
        if [column["name"] for column in found] != _COLUMNS:
            raise self._failure("its table 'readings' has other columns")

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
