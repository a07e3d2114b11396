"""A SQLite file as a database: see database.py."""

import sqlite3
import threading
from contextlib import contextmanager

from rill.collect.database import Busy, StoreError, Unstorable

_BUSY_TIMEOUT_S = 30.0
_UNSTORABLE = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    OverflowError,
    UnicodeError,
)


class SQLite:
    """The file at path, or `:memory:`; may be used from several threads and processes."""

    def __init__(self, path):
        self.name, self.place = repr(path), path
        self._lock = threading.RLock()
        self._in_transaction = self._is_closed = False
        try:
            self._connection = sqlite3.connect(
                path, _BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise self._failure(error) from error
        self._connection.row_factory = sqlite3.Row
        try:
            # Others read while one writes, and what is committed survives a loss of power.
            self.run("PRAGMA journal_mode = WAL")
            self.run("PRAGMA synchronous = FULL")
        except StoreError:
            self._connection.close()
            raise

    @contextmanager
    def transaction(self):
        with self._lock:
            if self._in_transaction:
                yield
                return
            self.run("BEGIN IMMEDIATE")
            self._in_transaction = True
            try:
                yield
                self.run("COMMIT")
            finally:
                self._in_transaction = False
                if not self._is_closed and self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def create(self, table):
        self.run(f"CREATE TABLE IF NOT EXISTS {table.name} ({table.definition()}) WITHOUT ROWID")

    def create_view(self, name, query):
        self.run(f"CREATE VIEW IF NOT EXISTS {name} AS {query}")

    def columns(self, name):
        return [row["name"] for row in self.run(f"SELECT name FROM pragma_table_info('{name}')")]

    def run(self, query, *values):
        with self._lock, self._told():
            return [dict(row) for row in self._connection.execute(query, values)]

    def each(self, query, *values):
        with self._lock, self._told():
            for row in self._connection.execute(query, values):
                yield dict(row)

    def insert(self, table, rows):
        marks, width = ", ".join("?" * len(table.columns)), len(table.key)
        query = f"INSERT INTO {table.name} VALUES ({marks}) ON CONFLICT DO NOTHING"
        execute = self._connection.execute
        with self._lock, self._told():
            return {row[:width] for row in rows if execute(query, row).rowcount}

    def upsert(self, query, rows):
        with self._lock, self._told():
            self._connection.executemany(query, rows)

    def close(self):
        with self._lock:
            self._is_closed = True
            self._connection.close()

    @contextmanager
    def _told(self):
        """Errors of SQLite as ours."""
        try:
            yield
        except _UNSTORABLE as error:
            # What is closed refuses everything with one of these.
            raise (self._failure(error, StoreError if self._is_closed else Unstorable)) from error
        except sqlite3.Error as error:
            is_busy = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_BUSY
            raise self._failure(error, Busy if is_busy else StoreError) from error

    def _failure(self, error, kind=StoreError):
        return kind(f"the readings cannot be kept in {self.name}: {error}")
