"""A stream: numbered records in append-only segments, the oldest dropped when it is full.

Promises: a record is on the flash when append() returns; sequence numbers rise and are never
used twice, by one unless records were damaged or a write failed; opening a sound journal
reads one directory and the end of one segment, whatever the size; whatever the file system
does is a StorageFault. Format: docs/record-format.md.
"""

from micropython import const

from firmware.core.errors import JournalDamaged, StorageFault
from firmware.storage import frame
from firmware.storage.reader import Reader

_ENOSPC = const(28)  # of littlefs; the image's errno module has no names for them
_ECORRUPT = const(84)


class Journal:
    """One stream on its Segments. Any call may raise StorageFault.

    most_bytes(): what all segments together may take of the flash, whole blocks.
    """

    def __init__(self, segments, segment_bytes, most_bytes):
        self.segments = segments
        self._segment_bytes = segment_bytes
        self._most_bytes = most_bytes
        try:
            self._open()
        except OSError as error:
            raise StorageFault("journal not readable: %s" % error)

    def _open(self):
        segments = self.segments
        buffer = bytearray(frame.LONGEST_BYTES)
        self._size = segments.read_end(buffer) or 0  # of the growing segment
        newest = segment = segments.newest()
        self.last_body = None
        self.next_seq = 1 if segment is None else segment
        self._is_damaged = False  # never append behind a damaged end
        size = self._size
        while segment is not None:
            if not self._take_last(memoryview(buffer)[: min(size, len(buffer))], segment, size):
                self._is_damaged |= segment == newest
                self._scan(segment, size, segment == newest)
            if self.last_body is not None:
                break
            segment = segments.before(segment)
            if segment is not None:
                size = segments.size(segment)
                start = max(0, size - len(buffer))
                size = start + (segments.read(segment, start, buffer) or 0)

    def _take_last(self, end, segment, size):
        """Take the last record from the end of a segment; False when it is not sound."""
        start = len(end) - end[-1] - frame.OVERHEAD_BYTES if end else -1
        if start < 0:
            return False
        view = end[start:]
        if not frame.length(view, self.segments.salt) or not frame.belongs(
            view, segment, size - len(view)
        ):
            return False
        self._take(view, len(view))
        return True

    def _scan(self, segment, size, is_newest):
        """Find the last sound record of a segment with a damaged end."""
        reader = Reader(self, segment, segment, 0)
        end = 0
        while reader.advance(within=segment):
            self._take(reader.frame, len(reader.frame))
            end = reader.offset
        if is_newest:
            # The damaged bytes may have been records that the head end knows: no more than
            # this many, and none of their numbers is given to another record.
            lost_bytes = size - end
            self.next_seq += (lost_bytes + frame.SHORTEST_BYTES - 1) // frame.SHORTEST_BYTES

    def _take(self, view, whole):
        self.next_seq = max(self.next_seq, frame.seq(view) + 1)
        self.last_body = bytes(frame.body(view, whole))

    def reserve(self, seq):
        """No number below seq is given to a new record: others know records of those numbers."""
        if seq <= self.next_seq:
            return
        self.next_seq = seq
        growing = self.segments.growing
        if growing is not None and seq - growing > self._size // frame.SHORTEST_BYTES:
            self._is_damaged = True  # there it would not belong, see frame.py

    def append(self, body):
        """Store a body of 1 ... 255 bytes; returns its sequence number.

        After a StorageFault the record may be stored or not; its number is used up.
        """
        seq = self.next_seq
        framed = frame.wrap(seq, body, self.segments.salt)
        try:
            self._append_or_drop(framed)
        except (OSError, StorageFault) as error:
            self._is_damaged = True
            self.next_seq += 1
            # littlefs meets it when it looks for free blocks: as long as the file is there.
            is_corrupt = isinstance(error, OSError) and error.errno == _ECORRUPT
            kind = JournalDamaged if is_corrupt else StorageFault
            raise kind("record %d not stored: %s" % (seq, error))
        self.next_seq += 1
        self.last_body = bytes(body)
        return seq

    def _append_or_drop(self, framed):
        try:
            self._append(framed)
        except OSError as error:
            if error.errno != _ENOSPC or not self.segments.drop_oldest():
                raise
            self._append(framed)

    def _append(self, framed):
        segments = self.segments
        if self._is_full(len(framed)):
            if segments.growing != self.next_seq:  # equal: a reset left it empty
                segments.close()
                self._make_room()
            segments.append(self.next_seq, framed)
            self._is_damaged, self._size = False, len(framed)
        else:
            segments.append(segments.growing, framed)
            self._size += len(framed)

    def _is_full(self, more_bytes):
        if self.segments.growing is None or self._is_damaged:
            return True
        return not self._size or self._size + more_bytes > self._segment_bytes

    def _make_room(self):
        """Drop the oldest segments until one more fits."""
        # Asked only now, because littlefs goes through the whole flash for the answer.
        most_bytes = self._most_bytes()
        while self.segments.flash_bytes() + self._segment_bytes > most_bytes:
            if not self.segments.drop_oldest():
                break

    def first_seq(self):
        """The oldest record that is still stored; next_seq when there is none."""
        oldest = self.segments.after(None)
        return self.next_seq if oldest is None else oldest
