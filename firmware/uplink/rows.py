"""Readings as JSON rows under a byte budget: docs/payload.md, version 1."""

from firmware.core import record

_END = b"]}"


class Rows:
    """One message, built in a buffer that is used again for the next one."""

    def __init__(self, *, device, journal_id, budget_bytes):
        self._head = b'{"v":1,"device":"%s","journal":"%s","stream":"readings","rows":[' % (
            device.encode(),
            journal_id.encode(),
        )
        self._buffer = bytearray(budget_bytes)
        self._budget_bytes = budget_bytes
        self.clear()

    def clear(self):
        self._used = 0
        self.count = 0
        self._put(self._head)

    def add(self, seq, reading, boot, power_on_epoch_s):
        """Add a reading; False when it does not fit, then nothing has changed.

        A reading from before the clock was set is dated when power_on_epoch_s, the Unix
        time at which boot number `boot` began, is known and it was taken in that boot.
        """
        row = _row(seq, reading, boot, power_on_epoch_s)
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


def _row(seq, reading, boot, power_on_epoch_s):
    time_s = reading.time_s
    flags = reading.flags
    if flags & record.TIME_UNKNOWN:
        if reading.boot != boot or not power_on_epoch_s:
            return b"[%d,null,%d,%d,%d,%d,%d,%d]" % (
                seq,
                reading.odometer_ml,
                reading.interval_ml,
                reading.battery_mv,
                flags,
                reading.boot,
                time_s,
            )
        time_s += power_on_epoch_s
        flags = flags & ~record.TIME_UNKNOWN | record.DATED_LATER
    return b"[%d,%d,%d,%d,%d,%d]" % (
        seq,
        time_s,
        reading.odometer_ml,
        reading.interval_ml,
        reading.battery_mv,
        flags,
    )
