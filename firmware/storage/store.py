"""What is on the journal's file system, opened together."""

from firmware.core import record
from firmware.core.errors import StorageFault
from firmware.storage import checkpoint
from firmware.storage.journal import Journal


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
        try:
            return None if body is None else record.unpack(body)
        except ValueError as error:
            raise StorageFault("last record: %s" % error)

    def checkpoint(self):
        return checkpoint.load(self.files)

    def save_checkpoint(self, state):
        checkpoint.save(self.files, state.boot, state.cursor_seq)
