"""The journal: numbered records in append-only segments, the oldest dropped when it is full.

Promises: a record is on the flash when append() returns; sequence numbers rise by one and
are never used twice; opening reads one directory and the end of one segment, whatever the
size. Refuses nothing but a body over 255 bytes. Format: docs/record-format.md.
"""

import os
from binascii import hexlify

from micropython import const

from firmware.core.errors import StorageFault
from firmware.storage import frame
from firmware.storage.reader import Reader

_SEGMENT_BYTES = const(32768)
_MOST_BYTES = const(1536 * 1024)
_ID_BYTES = const(8)
_ID_FILE = "id"
_ENOSPC = const(28)  # littlefs "no space"; the image's errno module has no name for it


class Journal:
    """The readings of one meter on a files port. Opening may raise StorageFault.

    A segment is named by the number of its first record.
    """

    def __init__(self, files, segment_bytes=_SEGMENT_BYTES, max_segments=None):
        self._files = files
        self._segment_bytes = segment_bytes
        try:
            if max_segments is None:
                # An eighth stays free: a nearly full littlefs is slow and wears badly.
                usable = min(files.capacity_bytes(), _MOST_BYTES) // 8 * 7
                max_segments = max(2, usable // segment_bytes)
            self._max_segments = max_segments
            self.id = self._identity()
            self._open()
        except OSError as error:
            raise StorageFault("journal not readable: %s" % error)

    def _identity(self):
        """Hex digits drawn once when the journal is made: a new journal is a new key space."""
        buffer = bytearray(2 * _ID_BYTES)
        if self._files.size(_ID_FILE) == len(buffer):
            self._files.read(_ID_FILE, 0, buffer)
        else:
            buffer[:] = hexlify(os.urandom(_ID_BYTES))
            self._files.replace(_ID_FILE, buffer)
        return str(buffer, "ascii")

    def _open(self):
        self._segment = self.segment_before(None)
        self.last_body = None
        self.next_seq = 1
        self._damaged = False
        if self._segment is None:
            return
        self.next_seq = self._segment
        if not self._read_tail():
            self._damaged = True  # never append behind a damaged end
            self._scan(self._segment)
        if self.last_body is None:
            before = self.segment_before(self._segment)
            if before is not None:
                self._scan(before)

    def _read_tail(self):
        """Take the last record from the end of the newest segment; False when it is not sound."""
        name = segment_name(self._segment)
        size = self._files.size(name)
        buffer = bytearray(min(size, frame.LONGEST_BYTES))
        if not buffer or self._files.read(name, size - len(buffer), buffer) != len(buffer):
            return False
        view = memoryview(buffer)
        start = len(buffer) - buffer[-1] - frame.OVERHEAD_BYTES
        if start < 0 or not frame.length(view[start:]):
            return False
        self._take(view[start:], len(buffer) - start)
        return True

    def _scan(self, segment):
        """Find the last sound record of a segment with a damaged end."""
        reader = Reader(self, segment, segment, 0)
        while reader.advance(within=segment):
            self._take(reader.frame, len(reader.frame))

    def _take(self, view, whole):
        self.next_seq = max(self.next_seq, frame.seq(view) + 1)
        self.last_body = bytes(frame.body(view, whole))

    def append(self, body):
        """Store a body of 1 ... 255 bytes; returns its sequence number. Raises StorageFault."""
        framed = frame.wrap(self.next_seq, body)
        try:
            try:
                self._append(framed)
            except OSError as error:
                if error.errno != _ENOSPC:
                    raise
                self._drop_oldest()
                self._append(framed)
        except OSError as error:
            self._damaged = True
            raise StorageFault("record %d not stored: %s" % (self.next_seq, error))
        self.next_seq += 1
        self.last_body = body
        return self.next_seq - 1

    def _append(self, framed):
        if self._is_full(len(framed)):
            while self._count() >= self._max_segments:
                self._drop_oldest()
            self._segment = self.next_seq
            self._damaged = False
        self._files.append(segment_name(self._segment), framed)

    def _is_full(self, more_bytes):
        if self._segment is None or self._damaged:
            return True
        size = self._files.size(segment_name(self._segment))
        return size is None or size + more_bytes > self._segment_bytes

    def _drop_oldest(self):
        oldest = self.segment_after(None)
        if oldest is not None and oldest != self._segment:
            self._files.remove(segment_name(oldest))

    def _segments(self):
        for name in self._files.names():
            if len(name) == 9 and name[0] == "r":
                yield int(name[1:], 16)

    def _count(self):
        return sum(1 for _ in self._segments())

    def segment_before(self, limit):
        """The newest segment below limit (None: of all), or None."""
        return max((s for s in self._segments() if limit is None or s < limit), default=None)

    def segment_after(self, limit):
        """The oldest segment above limit (None: of all), or None."""
        return min((s for s in self._segments() if limit is None or s > limit), default=None)

    def first_seq(self):
        """The oldest record that is still stored; next_seq when there is none."""
        oldest = self.segment_after(None)
        return self.next_seq if oldest is None else oldest

    def read_segment(self, segment, offset, buffer):
        """Bytes of a segment into buffer; the number read, 0 at its end or when it is gone."""
        name = segment_name(segment)
        if self._files.size(name) is None:
            return 0
        return self._files.read(name, offset, buffer)


def segment_name(segment):
    return "r%08x" % segment
