"""What is on the journal's file system, opened together."""

from firmware.core import record
from firmware.storage import checkpoint
from firmware.storage.journal import Journal
from firmware.storage.reader import Reader


class Store:
    """Opens everything on a files port, or raises StorageFault."""

    def __init__(self, files):
        self.files = files
        self.journal = Journal(files)

    def tag(self):
        """32 bits that tell this journal from any other."""
        return int(self.journal.id[:8], 16)

    def last_reading(self):
        """The newest reading, or None in an empty journal."""
        body = self.journal.last_body
        return None if body is None else _reading(body) or self._last_known()

    def _last_known(self):
        """The newest reading of this version, when another version has written behind it."""
        found = None
        segment = self.journal.segment_before(None)
        while segment is not None and found is None:
            reader = Reader(self.journal, segment, segment, 0)
            while reader.advance(within=segment):
                found = _reading(reader.body) or found
            segment = self.journal.segment_before(segment)
        return found

    def checkpoint(self):
        return checkpoint.load(self.files)

    def save_checkpoint(self, state):
        checkpoint.save(self.files, state)


def _reading(body):
    try:
        return record.unpack(body)
    except ValueError:
        return None
