"""What of a stream is pending, as messages; its cursor moves with each acknowledgement only."""

from micropython import const

from firmware.core import event, record
from firmware.core.errors import TRIES, JournalDamaged
from firmware.storage.reader import Reader
from firmware.timing import dated

_SMALL_BYTES = const(320)  # any event fits


class Stream:
    """A stream of the journal, and where the head end stands in it.

    name: "readings" or "events". batch(fields, budget_bytes): of the profile. head: fields of each
    message. commit() makes the state survive a reset; it is called whenever the cursor has moved.
    days: a coarse.Days that says which readings are sent, None: all.

    newest, measured: the last record that was sent, and the last one with quality values.
    """

    def __init__(self, name, journal, state, batch, head, message_bytes, commit, days=None):
        self.name = name
        self._journal = journal
        self._state = state
        self._commit = commit
        self._oldest = journal.first_seq()
        fields = head + (("stream", name), ("oldest", self._oldest))
        try:
            self._batch = batch(fields, message_bytes)
        except MemoryError:  # it is in pieces: more messages, but they go out
            self._batch = batch(fields, _SMALL_BYTES)
        self._prefix = "event_cursor_" if name == "events" else "cursor_"
        self._days = days
        self.newest = self.measured = None

    def messages(self, note):
        """Yields payloads; when the next one is asked for, the last is acknowledged.

        note(code, before, after, text) stores an event: of records that are not there.
        """
        seq, segment, offset = self._cursor()
        if seq < self._oldest:
            note(event.DROPPED, seq, self._oldest - 1, self.name)
            self._move(self._oldest, 0, 0)
            seq, segment, offset = self._cursor()
        reader = Reader(self._journal, seq, segment or None, offset)
        behind = seq, segment, offset
        expected, days = seq, self._days
        for found in self._readable(reader):
            if reader.seq > expected:
                # They are passed alone: the cursor shall not pass what is not acknowledged.
                yield from self._flushed(behind)
                note(event.UNREADABLE, expected, reader.seq - 1, self.name)
                self._move(reader.seq, 0, 0)
            expected = reader.seq + 1
            if days:
                found = days.chosen(found)
                if not found:
                    continue  # passed with the next one that is acknowledged
            if not self._batch.add(*found):
                yield from self._flushed(behind)
                if not self._batch.add(*found):
                    expected = reader.seq  # too long for an empty message: told as a gap
                    continue
            self.newest = found
            if found[3]:
                self.measured = found
            if days:
                days.sent(found)
            behind = expected, reader.segment, reader.offset
        yield from self._flushed(behind)

    def _readable(self, reader):
        """What Batch.add() takes, of all records from the reader's place on that can be read.

        JournalDamaged: littlefs does not find some, and they may still be saved. When that was
        tried and can't be, those behind them come.
        """
        while reader.advance():
            if reader.has_hole and self._state.storage_faults <= TRIES:
                raise JournalDamaged("records behind %d not found" % self._state.cursor_seq)
            record = record_of(self.name, reader.seq, reader.body, self._state)
            if record:
                yield record

    def _flushed(self, behind):
        if self._batch.count:
            yield self._batch.payload()
            self._batch.clear()
            if self._days:
                self._state.coarse_day = self._days.day
            self._move(*behind)

    def _cursor(self):
        return [getattr(self._state, self._prefix + part) for part in ("seq", "segment", "offset")]

    def _move(self, seq, segment, offset):
        for part, value in (("seq", seq), ("segment", segment), ("offset", offset)):
            setattr(self._state, self._prefix + part, value)
        self._commit()


def record_of(name, seq, body, state):
    """What Batch.add() takes, of a record of that stream; None for any other."""
    is_event = name == "events"
    try:
        found = event.unpack(body) if is_event else record.unpack(body)
    except ValueError:
        return None  # of another firmware; what can't be read is told as a gap
    columns = () if is_event else record.quality_rows(bytes(record.quality(body)))
    return seq, found, dated(state, found), columns
