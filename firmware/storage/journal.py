"""A stream: numbered records in append-only segments, the oldest dropped when it is full.

Promises: a record is on the flash when append() returns; sequence numbers rise and are never
used twice, by one unless records were damaged or a write failed; opening a sound journal
reads one directory and the end of one segment, whatever the size; whatever the file system
does is a StorageFault. Format: docs/record-format.md.
"""

from firmware.core.errors import StorageFault
from firmware.storage import frame
from firmware.storage.reader import Reader


class Journal:
    """One stream on its Segments. Any call may raise StorageFault.

    most_bytes(): what all segments together may take of the flash, whole blocks. size: of the
    segment that grows; is_damaged: nothing may be appended to it.
    """

    def __init__(self, segments, segment_bytes, most_bytes):
        self.segments = segments
        self.segment_bytes = segment_bytes
        self.most_bytes = most_bytes
        try:
            self._open()
        except OSError as error:
            raise StorageFault("journal not readable: %s" % error)

    def _open(self):
        segments = self.segments
        buffer = bytearray(frame.LONGEST_BYTES)
        self.size = segments.read_end(buffer) or 0
        newest = segment = segments.newest()
        self.last_body = None
        self.next_seq = 1 if segment is None else segment
        self.is_damaged = False  # never append behind a damaged end
        size = self.size
        while segment is not None:
            if not self._take_last(memoryview(buffer)[: min(size, len(buffer))], segment, size):
                self.is_damaged |= segment == newest
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
        if growing is not None and seq - growing > self.size // frame.SHORTEST_BYTES:
            self.is_damaged = True  # there it would not belong, see frame.py

    def append(self, body):
        """Store a body of 1 ... 255 bytes; returns its sequence number.

        After a StorageFault the record may be stored or not; its number is used up.
        """
        from firmware.storage.appending import append  # reading has no room for it

        return append(self, body)

    def first_seq(self):
        """The oldest record that is still stored; next_seq when there is none."""
        oldest = self.segments.after(None)
        return self.next_seq if oldest is None else oldest
