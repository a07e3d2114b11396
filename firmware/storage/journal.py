"""The journal: numbered records in append-only segments, the oldest dropped when it is full.

Promises: a record is on the flash when append() returns; sequence numbers rise and are never
used twice, by one unless records were damaged or a write failed; opening a sound journal
reads one directory and the end of one segment, whatever the size; whatever the file system
does is a StorageFault. Format: docs/record-format.md.
"""

import os
from binascii import hexlify

from micropython import const

from firmware.core.errors import StorageFault
from firmware.storage import frame
from firmware.storage.reader import Reader

# What fits into 8 blocks of littlefs: 4096 bytes each, less 44 bytes of links among them.
_SEGMENT_BYTES = const(32724)
_MOST_BYTES = const(1536 * 1024)
_ID_BYTES = const(8)
_ID_FILE = "id"
_HEX = b"0123456789abcdef"
# Answers of littlefs; the image's errno module has no names for them.
_ENOENT = const(2)
_ENOSPC = const(28)
_ECORRUPT = const(84)


class Journal:
    """The readings of one meter on a files port. Any call may raise StorageFault.

    A segment is named by the number of its first record.
    """

    def __init__(self, files, segment_bytes=_SEGMENT_BYTES, max_segments=None):
        self._files = files
        self._segment_bytes = segment_bytes
        self._max_segments = max_segments
        try:
            self.id = self._identity()
            self._open()
        except OSError as error:
            raise StorageFault("journal not readable: %s" % error)

    def _identity(self):
        """Hex digits drawn once when the journal is made: a new journal is a new key space."""
        buffer = bytearray(2 * _ID_BYTES)
        if self._files.size(_ID_FILE) == len(buffer):
            self._files.read(_ID_FILE, 0, buffer)
        if not all(digit in _HEX for digit in buffer):
            buffer[:] = hexlify(os.urandom(_ID_BYTES))
            self._files.replace(_ID_FILE, buffer)
        return str(buffer, "ascii")

    def _open(self):
        self._segment = self.segment_before(None)
        self.last_body = None
        self.next_seq = 1 if self._segment is None else self._segment
        self._damaged = False  # never append behind a damaged end
        segment = self._segment
        while segment is not None and self.last_body is None:
            if not self._read_tail(segment):
                self._damaged |= segment == self._segment
                self._scan(segment)
            segment = self.segment_before(segment)

    def _read_tail(self, segment):
        """Take the last record from the end of a segment; False when it is not sound."""
        size = self._size(segment)
        buffer = bytearray(min(size, frame.LONGEST_BYTES))
        if not buffer or self.read_segment(segment, size - len(buffer), buffer) != len(buffer):
            return False
        start = len(buffer) - buffer[-1] - frame.OVERHEAD_BYTES
        if start < 0:
            return False
        view = memoryview(buffer)[start:]
        if not frame.length(view) or not frame.belongs(view, segment, size - len(view)):
            return False
        self._take(view, len(view))
        return True

    def _scan(self, segment):
        """Find the last sound record of a segment with a damaged end."""
        reader = Reader(self, segment, segment, 0)
        end = 0
        while reader.advance(within=segment):
            self._take(reader.frame, len(reader.frame))
            end = reader.offset
        if segment == self._segment:
            # The damaged bytes may have been records that the head end knows: no more than
            # this many, and none of their numbers is given to another record.
            lost_bytes = self._size(segment) - end
            self.next_seq += (lost_bytes + frame.SHORTEST_BYTES - 1) // frame.SHORTEST_BYTES

    def _take(self, view, whole):
        self.next_seq = max(self.next_seq, frame.seq(view) + 1)
        self.last_body = bytes(frame.body(view, whole))

    def append(self, body):
        """Store a body of 1 ... 255 bytes; returns its sequence number.

        After a StorageFault the record may be stored or not; its number is used up.
        """
        seq = self.next_seq
        framed = frame.wrap(seq, body)
        try:
            self._append_or_drop(framed)
        except (OSError, StorageFault) as error:
            self._damaged = True
            self.next_seq += 1
            raise StorageFault("record %d not stored: %s" % (seq, error))
        self.next_seq += 1
        self.last_body = bytes(body)
        return seq

    def _append_or_drop(self, framed):
        try:
            self._append(framed)
        except OSError as error:
            oldest = self.segment_after(None)
            if error.errno != _ENOSPC or oldest is None or oldest == self._segment:
                raise
            self._files.remove(segment_name(oldest))
            self._append(framed)

    def _append(self, framed):
        if self._is_full(len(framed)):
            if self._segment != self.next_seq:  # equal: a reset left it empty
                self._make_room()
            self._segment = self.next_seq
            self._damaged = False
        self._files.append(segment_name(self._segment), framed)

    def _is_full(self, more_bytes):
        if self._segment is None or self._damaged:
            return True
        size = self._size(self._segment)
        return not size or size + more_bytes > self._segment_bytes

    def _make_room(self):
        """Drop the oldest segments until there may be one more."""
        if self._max_segments is None:
            # An eighth stays free: a nearly full littlefs is slow and wears badly. Asked
            # only now, because littlefs goes through the whole flash for the answer.
            usable = min(self._files.capacity_bytes(), _MOST_BYTES) // 8 * 7
            self._max_segments = max(2, usable // self._segment_bytes)
        segments = sorted(self._segments())
        for segment in segments[: max(0, len(segments) + 1 - self._max_segments)]:
            self._files.remove(segment_name(segment))

    def _segments(self):
        """The numbers of all segments, in no order. Other files are none of our business."""
        found = []
        try:
            for name in self._files.names():
                try:
                    segment = int(name[1:], 16)
                except ValueError:
                    continue
                if segment > 0 and name == segment_name(segment):
                    found.append(segment)
        except OSError as error:
            raise StorageFault("journal not readable: %s" % error)
        return found

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
        try:
            return self._files.read(segment_name(segment), offset, buffer)
        except OSError as error:
            if error.errno in (_ENOENT, _ECORRUPT):
                return 0  # corrupt for good, so it ends here: those behind it can be read
            raise StorageFault("segment %d not readable: %s" % (segment, error))

    def _size(self, segment):
        return self._files.size(segment_name(segment)) or 0


def segment_name(segment):
    return "r%08x" % segment
