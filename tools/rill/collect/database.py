"""Where tables are kept: a SQLite file, or PostgreSQL. One small interface for both.

Queries mark values with `?`. Each database has, and each method may raise StoreError:

`name`                    what to call it in a sentence; never has a password
`place`                   the same without quotes: a path, or an address
`transaction()`           a context manager: all or nothing, on disk when it is left
`create(table)`           make it unless it is there
`create_view(name, query)`  make it unless it is there
`columns(name)`           of a table
`run(query, *values)`     one statement; returns the rows of it, dicts, if it returns any
`each(query, *values)`    as run(), but row by row: for more than fits into memory
`insert(table, rows)`     tuples of all columns; returns the set of keys that were not there yet
`upsert(query, rows)`     one statement, once for each tuple of values
`close()`                 twice is allowed
"""

from pathlib import Path
from typing import NamedTuple

TEXT, BYTES, SMALL, LARGE = "TEXT", "BYTEA", "INTEGER", "BIGINT"


class StoreError(Exception):
    """The store cannot be used: one sentence that names it."""


class Unstorable(StoreError):
    """These rows can't be stored; others can."""


class Busy(StoreError):
    """Another one was in the way, and nothing was stored; it may be tried again."""


class Table(NamedTuple):
    """key and values: columns, each (name, type). There is one row of a key."""

    name: str
    key: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, str], ...]

    @property
    def columns(self) -> list[tuple[str, str]]:
        return [*self.key, *self.values]

    @property
    def key_names(self) -> list[str]:
        return [name for name, _ in self.key]

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.columns]

    def definition(self) -> str:
        """What stands between the parentheses of CREATE TABLE."""
        key = [f"{name} {kind} NOT NULL" for name, kind in self.key]
        values = [f"{name} {kind}" for name, kind in self.values]
        return ", ".join([*key, *values, f"PRIMARY KEY ({', '.join(self.key_names)})"])


def open_database(address, must_exist=False):
    """The database at address: `postgresql://...`, or the path of a file, or `:memory:`.

    must_exist: StoreError when there is no such file.
    """
    address = str(address)
    if address.startswith(("postgresql://", "postgres://")):
        from rill.collect.postgresql import PostgreSQL  # most have none, and it takes a while

        return PostgreSQL(address)
    from rill.collect.sqlite import SQLite

    if must_exist and not Path(address).is_file():
        raise StoreError(f"there is no file {address!r}")
    return SQLite(address)
