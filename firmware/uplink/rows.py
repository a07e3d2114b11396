"""Readings and events as JSON rows under a byte budget: docs/payload.md, version 2."""

import json


class Rows:
    """A Batch of firmware/uplink/plain.py: one message at a time, in a buffer that is used again.

    fields: of the message beside its rows, each a name and a text, a number or None. Other
    platforms' batches have other heads, rows and ends.
    """

    END = b"]}"

    def __init__(self, fields, budget_bytes):
        self._head = self.head(fields)
        self._buffer = bytearray(budget_bytes)
        self._budget_bytes = budget_bytes
        self.clear()

    def head(self, fields):
        """The bytes that each message begins with."""
        parts = ['"%s":%s' % (name, json.dumps(value)) for name, value in fields]
        return ('{"v":2,%s,"rows":[' % ",".join(parts)).encode()

    def row(self, seq, found, dated, columns):
        """The bytes of a record; `count` of them are in the message already."""
        return row_of(seq, found, dated, columns)

    def clear(self):
        self._used = 0
        self.count = 0
        self._put(self._head)

    def add(self, seq, found, dated, columns=()):
        """Add a record; False when it does not fit, then nothing has changed.

        One that can't be split makes a message of its own, however long. MemoryError
        """
        row = self.row(seq, found, dated, columns)
        if self.count and self._used + 1 + len(row) + len(self.END) > self._budget_bytes:
            return False
        if self.count:
            self._put(b",")
        self._put(row)
        self.count += 1
        return True

    def payload(self):
        """The finished message, valid until clear()."""
        end = self._used + len(self.END)
        self._buffer[self._used : end] = self.END
        return memoryview(self._buffer)[:end]

    def _put(self, data):
        end = self._used + len(data)
        self._buffer[self._used : end] = data
        self._used = end


def row_of(seq, found, dated, columns=()):
    """The JSON of a record; the arguments are those of Batch.add()."""
    time_s, uncertainty_s, flags = dated
    row = [seq, time_s]
    if hasattr(found, "code"):
        row += [found.code, found.before, found.after, found.text]
    else:
        row += [found.odometer_ml, found.interval_ml, found.battery_mv]
    row += [flags, uncertainty_s]
    if time_s is None:
        row += [found.boot, found.time_s]
    if columns:
        row.append(columns)
    return json.dumps(row, separators=(",", ":")).encode()
