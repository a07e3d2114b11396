"""What the head end keeps: readings, events and the rest, each record once, in a database."""

import hashlib
import time
from contextlib import ExitStack

from rill.collect.database import StoreError, open_database
from rill.collect.schema import ANSWERS, EVENTS, LIVE, QUALITY, RAW, READINGS, STATUS, prepare
from rill.collect.streams import Streams, missing
from rill.collect.told import Told
from rill.message import EventRow, Message, Row

__all__ = ["Store", "StoreError"]

_TABLES = {"readings": (READINGS, Row._fields[1:-1]), "events": (EVENTS, EventRow._fields[1:])}
# What of a record never changes; its time may be put right before it comes again.
_LASTING = {
    "readings": ("odometer_ml", "interval_ml", "battery_mv"),
    "events": ("code", "before", "after", "text"),
}


class Store:
    """The database at address: see open_database(); may be used from several threads.

    `conflicts` counts rows that came again with other content; the first is kept. What an
    encoding did not carry, None, is none. Every method may raise StoreError. A context manager;
    closing twice is allowed.
    """

    def __init__(self, address=":memory:", must_exist=False):
        self.conflicts = 0
        self.database = open_database(address, must_exist)
        with ExitStack() as on_failure:
            on_failure.callback(self.database.close)
            prepare(self.database)
            on_failure.pop_all()
        self.transaction = self.database.transaction
        self._streams = Streams(self.database)

    def add(self, message: Message) -> tuple[int, int]:
        """Store the rows of a Message, all or none; return how many are (new, duplicates).

        A row is a duplicate when device, journal, stream and seq are stored already.
        """
        return self.add_all([message])[0]

    def add_all(self, messages: list[Message]) -> list[tuple[int, int]]:
        """As add(), of many messages, all or none of them."""
        now_s = int(time.time())
        counts = [(0, 0)] * len(messages)
        with self.transaction():
            for stream in _TABLES:
                of_stream = [n for n, one in enumerate(messages) if one.stream == stream]
                added = self._add_rows(stream, [messages[n] for n in of_stream], now_s)
                for n, count in zip(of_stream, added, strict=True):
                    counts[n] = count
            self._add_live([one for one in messages if one.stream == "live"], now_s)
            self._add_offsets(messages, now_s)
            self._streams.follow([one for one in messages if one.stream != "live"], now_s)
        return counts

    def _add_rows(self, stream, messages, now_s):
        table, names = _TABLES[stream]
        rows = [
            (one.device, one.journal, row.seq, *row[1 : len(names) + 1], now_s)
            for one in messages
            for row in one.rows
        ]
        fresh = self.database.insert(table, rows)
        counts, quality = [], []
        for one in messages:
            again = []
            for row in one.rows:
                key = (one.device, one.journal, row.seq)
                if key in fresh:
                    fresh.remove(key)
                    quality += [(*key, *value) for value in getattr(row, "quality", ())]
                else:
                    again.append(row)
            if again:
                self.conflicts += self._conflicts(one, again)
            counts.append((len(one.rows) - len(again), len(again)))
        if quality:
            self.database.insert(QUALITY, quality)
        return counts

    def lacking(self, device, journal, stream, first, last):
        """The ranges (from, to) between the numbers first and last that are not stored."""
        found = self.database.run(
            f"SELECT seq FROM {stream} WHERE device = ? AND journal = ? AND seq BETWEEN ? AND ? "
            "ORDER BY seq",
            device,
            journal,
            first,
            last,
        )
        return missing(0, first, [*(row["seq"] for row in found), last + 1], [])

    def _conflicts(self, message, rows):
        """How many of the rows are stored with another content; dates what has no time yet."""
        lasting = _LASTING[message.stream]
        found = self.database.run(
            f"SELECT seq, time_s, {', '.join(lasting)} FROM {message.stream} "
            "WHERE device = ? AND journal = ? AND seq BETWEEN ? AND ?",
            message.device,
            message.journal,
            min(row.seq for row in rows),
            max(row.seq for row in rows),
        )
        stored = {row["seq"]: row for row in found}
        dated = [
            (row.time_s, row.uncertainty_s, row.flags, message.device, message.journal, row.seq)
            for row in rows
            if row.time_s is not None and stored[row.seq]["time_s"] is None
        ]
        if dated:
            self.database.upsert(
                f"UPDATE {message.stream} SET time_s = ?, uncertainty_s = ?, flags = ? "
                "WHERE device = ? AND journal = ? AND seq = ? AND time_s IS NULL",
                dated,
            )
        return sum(
            any(
                None not in (stored[row.seq][name], getattr(row, name))
                and stored[row.seq][name] != getattr(row, name)
                for name in lasting
            )
            for row in rows
        )

    def _add_live(self, messages, now_s):
        newest = {one.device: one.rows[-1] for one in messages}
        names = [name for name in LIVE.names if name != "device"]
        marks = ", ".join("?" * len(LIVE.names))
        values = ", ".join(f"{name} = excluded.{name}" for name in names)
        rows = [(device, *row[1:-1], now_s) for device, row in sorted(newest.items())]
        if rows:
            self.database.upsert(
                f"INSERT INTO live VALUES ({marks}) ON CONFLICT (device) DO UPDATE SET {values}",
                rows,
            )

    def _add_offsets(self, messages, now_s):
        rows = sorted(
            (one.device, one.journal, max(row.seq for row in one.rows), one.offset_ml, now_s)
            for one in messages
            if one.offset_ml is not None and one.stream == "readings"
        )
        newest = {row[:2]: row for row in rows}  # the last of a key
        if newest:
            self.database.upsert(
                "INSERT INTO offsets VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (device, journal) DO UPDATE SET seq = excluded.seq, "
                "offset_ml = excluded.offset_ml, received_s = excluded.received_s "
                "WHERE excluded.seq >= offsets.seq",
                list(newest.values()),
            )

    def add_told(self, told: Told) -> None:
        """Store a status or an answer, once."""
        digest, now_s = _digest(told.text.encode()), int(time.time())
        if told.kind == "status":
            self.database.insert(STATUS, [(told.device, digest, told.text, now_s)])
        else:
            row = (told.device, digest, told.counter, told.command, told.outcome, told.text, now_s)
            self.database.insert(ANSWERS, [row])

    def add_raw(self, topic: str, payload: bytes, reason: str) -> None:
        """Store what can't be decoded, once, and why it can't."""
        digest = _digest(topic.encode() + b"\0" + payload)
        row = (digest, _shown(topic), payload, _shown(reason), int(time.time()))
        self.database.insert(RAW, [row])

    @property
    def live(self) -> dict[str, Row]:
        """The newest reading of each meter that can't store any."""
        found = self.database.run("SELECT * FROM live")
        names = Row._fields[1:-1]
        return {row["device"]: Row(None, *(row[name] for name in names)) for row in found}

    def quality(self, device):
        """Return the device's quality values, each a dict of all columns, in order of seq."""
        return self.database.run(
            "SELECT * FROM quality WHERE device = ? ORDER BY seq, journal, kind", device
        )

    def rows(self, device, stream="readings"):
        """Return the device's records, each a dict of all columns, in order of seq."""
        return self.database.run(
            f"SELECT * FROM {stream} WHERE device = ? ORDER BY seq, journal", device
        )

    def counts(self):
        """Return a dict of how many readings are stored of each device."""
        found = self.database.run("SELECT device, COUNT(*) AS count FROM readings GROUP BY device")
        return {row["device"]: row["count"] for row in found}

    def close(self):
        """Close it; the store cannot be used afterwards."""
        self.database.close()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _shown(text: str) -> str:
    """With escapes for what is no text for a database."""
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\0")
