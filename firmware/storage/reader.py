"""Reads a journal forward from a sequence number in bounded memory."""

from micropython import const

from firmware.core.errors import StorageFault
from firmware.storage import frame

_BUFFER_BYTES = const(512)


class Reader:
    """Stands before the first stored record numbered seq or higher. May raise StorageFault.

    segment and offset say where that record probably is (None: unknown). After
    advance() is true: seq, body, and the place behind the record as segment and offset.
    """

    def __init__(self, journal, seq, segment=None, offset=0):
        self._journal = journal
        self._wanted = seq
        self._buffer = bytearray(_BUFFER_BYTES)
        self._begin = self._end = 0
        self._is_hole = False
        self.skipped = 0  # stretches of damaged bytes passed over
        self.has_hole = False  # among them are some that littlefs does not find
        self.frame = self.body = memoryview(b"")
        self.seq = 0
        self.segment = segment
        self.offset = offset
        if segment is None or not self._is_at(seq):
            self.segment = journal.segments.before(seq + 1)
            if self.segment is None:
                self.segment = journal.segments.after(None)
            self.offset = self.skipped = 0
            self._begin = self._end = 0

    def _is_at(self, seq):
        """True when record seq, or the end of the segment before it, is at segment and offset."""
        try:
            found = self._look()
        except StorageFault:
            return False
        if self.skipped:
            return False  # a hint into the middle of a record, or that record is damaged
        if found:
            return frame.seq(self.frame) == seq
        following = self._journal.segments.after(self.segment)
        return (self._journal.next_seq if following is None else following) <= seq

    def advance(self, within=None):
        """Go to the next record; False when there is none (in segment `within`, if given).

        Raises StorageFault when the flash cannot be read.
        """
        while self.segment is not None:
            whole = self._look()
            if whole:
                self._begin += whole
                self.offset += whole
                self.seq = frame.seq(self.frame)
                if self.seq < self._wanted:
                    continue
                self._wanted = self.seq + 1
                self.body = frame.body(self.frame, whole)
                return True
            if within is not None:
                return False
            following = self._journal.segments.after(self.segment)
            if following is None:
                return False
            self.segment = following
            self.offset = self._begin = self._end = 0
        return False

    def _look(self):
        """Bytes of the sound frame at or behind offset, put into self.frame; 0 at the end."""
        damaged = False
        while True:
            view = memoryview(self._buffer)[self._begin : self._end]
            whole = frame.length(view, self._journal.segments.salt)
            if whole is None:
                if self._fill():
                    continue
                if not view:
                    if not self._pass_hole():
                        return 0
                    self.skipped += not damaged
                    damaged = True
                    continue
                whole = 0  # the segment ends inside what claims to be a frame
            if whole and frame.belongs(view, self.segment, self.offset):
                self.frame = view[:whole]
                return whole
            self.skipped += not damaged
            damaged = True
            self._begin += 1
            self.offset += 1

    def _fill(self):
        """Read on from offset; True when there are more bytes in the buffer than before."""
        before = self._end - self._begin
        found = self._journal.segments.read(self.segment, self.offset, self._buffer)
        self._is_hole = found is None
        self._end = found or 0
        self._begin = 0
        return self._end > before

    def _pass_hole(self):
        """Go on behind what can't be read; False at the end of the segment."""
        if not self._is_hole:
            return False
        self.has_hole = True
        self.offset += _BUFFER_BYTES
        return self.offset < self._journal.segments.size(self.segment)
