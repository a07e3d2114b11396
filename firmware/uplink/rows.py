"""Readings and events as JSON rows under a byte budget: docs/payload.md, version 2."""

import json

_END = b"]}"


class Rows:
    """One message, built in a buffer that is used again for the next one.

    fields: of the message beside its rows, each a name and a text, a number or None.
    """

    def __init__(self, fields, budget_bytes):
        parts = ['"%s":%s' % (name, json.dumps(value)) for name, value in fields]
        self._head = ('{"v":2,%s,"rows":[' % ",".join(parts)).encode()
        self._buffer = bytearray(budget_bytes)
        self._budget_bytes = budget_bytes
        self.clear()

    def clear(self):
        self._used = 0
        self.count = 0
        self._put(self._head)

    def add(self, row):
        """Add a row; False when it does not fit, then nothing has changed."""
        if self._used + 1 + len(row) + len(_END) > self._budget_bytes:
            return False
        if self.count:
            self._put(b",")
        self._put(row)
        self.count += 1
        return True

    def payload(self):
        """The finished message, valid until clear()."""
        end = self._used + len(_END)
        self._buffer[self._used : end] = _END
        return memoryview(self._buffer)[:end]

    def _put(self, data):
        end = self._used + len(data)
        self._buffer[self._used : end] = data
        self._used = end


def reading_row(seq, reading, dated, quality=()):
    """dated: (Unix time or None, uncertainty, flags) as known now. quality: its columns."""
    values = (reading.odometer_ml, reading.interval_ml, reading.battery_mv)
    return _row(seq, reading, dated, values, quality)


def event_row(seq, event, dated):
    return _row(seq, event, dated, (event.code, event.before, event.after, event.text), ())


def _row(seq, record, dated, values, quality):
    time_s, uncertainty_s, flags = dated
    row = [seq, time_s]
    row.extend(values)
    row += [flags, uncertainty_s]
    if time_s is None:
        row += [record.boot, record.time_s]
    if quality:
        row.append(quality)
    return json.dumps(row, separators=(",", ":")).encode()
