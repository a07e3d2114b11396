"""PostgreSQL as a database: see database.py."""

import re
import threading
from contextlib import contextmanager

import psycopg
from psycopg import errors
from psycopg.rows import dict_row

from rill.collect.database import Busy, StoreError, Unstorable

_CONNECT_TIMEOUT_S = 5
_EACH_ROWS = 2000
_UNSTORABLE = (
    psycopg.DataError,
    psycopg.IntegrityError,
    errors.ProgramLimitExceeded,
    UnicodeError,
)
# Of an address up to its host: at most one @, and each % begins two hex digits.
_PASSWORD = re.compile(r"\w+://(?:(?:[^%@/?]|%[0-9A-Fa-f]{2})*@)?[^@/?]*(?:[/?]|$)")
_BUSY = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)


class PostgreSQL:
    """The database at `postgresql://[user[:password]@]host[:port]/name[?parameters]`.

    May be used from several threads and processes. Its tables are those of the first schema of
    the search path.
    """

    def __init__(self, address):
        self.place = re.sub(r"//.*@", "//", address).partition("?")[0]
        self.name = repr(self.place)
        self._lock = threading.RLock()
        if not _PASSWORD.match(address):
            raise StoreError(  # what PostgreSQL says of it may have the password in it
                f"the readings cannot be kept in {self.name}: in user and password write "
                "% as %25, @ as %40, / as %2F"
            )
        try:
            self._connection = psycopg.connect(
                address,
                autocommit=True,
                row_factory=dict_row,
                connect_timeout=_CONNECT_TIMEOUT_S,
            )
        except (psycopg.Error, UnicodeError) as error:
            raise self._failure(error) from error

    @contextmanager
    def transaction(self):
        with self._lock, self._told(), self._connection.transaction():
            yield

    def create(self, table):
        self._alone(f"CREATE TABLE IF NOT EXISTS {table.name} ({table.definition()})")

    def create_view(self, name, query):
        self._alone(f"CREATE OR REPLACE VIEW {name} AS {query}")

    def _alone(self, query):
        """Two that begin at once would both try to make it."""
        with self.transaction():
            self.run("SELECT pg_advisory_xact_lock(hashtext('rill'))")
            self.run(query)

    def columns(self, name):
        found = self.run(
            "SELECT column_name FROM information_schema.columns WHERE table_name = ? "
            "AND table_schema = current_schema() ORDER BY ordinal_position",
            name,
        )
        return [row["column_name"] for row in found]

    def run(self, query, *values):
        with self._lock, self._told():
            cursor = self._connection.execute(_marked(query), values)
            return cursor.fetchall() if cursor.description else []

    def each(self, query, *values):
        with self.transaction(), self._connection.cursor("rill_each") as cursor:
            cursor.itersize = _EACH_ROWS
            yield from cursor.execute(_marked(query), values)

    def insert(self, table, rows):
        if not rows:
            return set()
        arrays = ", ".join(f"%s::{kind}[]" for _, kind in table.columns)
        query = (
            f"INSERT INTO {table.name} SELECT * FROM unnest({arrays}) "
            f"ON CONFLICT DO NOTHING RETURNING {', '.join(table.key_names)}"
        )
        # Always in one order: two that insert the same rows never wait for each other.
        ordered = sorted(rows, key=lambda row: row[: len(table.key)])
        columns = [list(column) for column in zip(*ordered, strict=True)]
        with self._lock, self._told():
            return {tuple(row.values()) for row in self._connection.execute(query, columns)}

    def upsert(self, query, rows):
        with self._lock, self._told(), self._connection.cursor() as cursor:
            cursor.executemany(_marked(query), rows)

    def close(self):
        self._connection.close()

    @contextmanager
    def _told(self):
        """Errors of PostgreSQL as ours."""
        try:
            yield
        except _UNSTORABLE as error:
            raise self._failure(error, Unstorable) from error
        except _BUSY as error:
            raise self._failure(error, Busy) from error
        except psycopg.Error as error:
            raise self._failure(error) from error

    def _failure(self, error, kind=StoreError):
        said = str(error).strip().splitlines() or [type(error).__name__]
        return kind(f"the readings cannot be kept in {self.name}: {said[0]}")


def _marked(query):
    return query.replace("?", "%s")
