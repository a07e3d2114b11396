"""What the raw blocks say of a journal when nothing else is left that knows it.

Retained memory and checkpoint are lost, and its file system can't be opened: then its id is
searched for, the highest numbers, and the newest reading.
"""

import struct

from micropython import const

from firmware.core import record
from firmware.core.seal import SEAL_BYTES, unseal
from firmware.storage import frame, layout
from firmware.storage.salvage import EVENT_SALT, blocks_of, frames_in

# Most have been sent, nobody knows which: half a year of hours and all events.
_READINGS = const(4_096)
_EVENTS = const(1_024)


class Nameless:
    """journal: its id, 0: there are no records; a new one when only its name is not found.

    cursor_seq, next_seq, event_cursor_seq, event_next_seq: of what is to be sent. last: the
    newest Reading, None: there is none.
    """

    def __init__(self, device, feed):
        self.journal = 0
        self.last = None
        self._next = {0: 1, EVENT_SALT: 1}
        for block in blocks_of(device, feed):
            self.journal = _name(bytes(block)) or self.journal
            for salt, framed in frames_in(memoryview(block)):
                self._take(salt, frame.seq(framed) + 1, framed)
        self.next_seq, self.event_next_seq = self._next[0], self._next[EVENT_SALT]
        self.cursor_seq = max(1, self.next_seq - _READINGS)
        self.event_cursor_seq = max(1, self.event_next_seq - _EVENTS)
        if self.next_seq == self.event_next_seq == 1:
            self.journal = 0
        elif not self.journal:
            self.journal = layout.new_id()

    def _take(self, salt, following, framed):
        if following <= self._next[salt]:
            return
        if not salt:
            try:
                self.last = record.unpack(bytes(frame.body(framed, len(framed))))
            except ValueError:
                return
        self._next[salt] = following


def _name(block):
    """The id of the journal, if its file `format` is in this block, or 0."""
    size = struct.calcsize(layout.LAYOUT) + SEAL_BYTES
    at = block.find(layout.MAGIC)
    while at >= 0:
        content = unseal(block[at : at + size])
        if content:
            return struct.unpack(layout.LAYOUT, content)[2]
        at = block.find(layout.MAGIC, at + 1)
    return 0
