"""What is on the journal's file system: two streams, the freezes, the last good configuration."""

from micropython import const

from firmware.core import record
from firmware.core.errors import StorageFault
from firmware.storage.journal import Journal
from firmware.storage.reader import Reader
from firmware.storage.segments import Segments

# What fits into so many blocks of littlefs: 4096 bytes each, less the links among them. Few large
# segments, because littlefs reads a kilobyte or two for each in a wake.
_READINGS_BYTES = const(196_252)  # 48 blocks
_EVENTS_BYTES = const(32_724)  # 8 blocks
_ALL_EVENTS_BYTES = const(65_536)
_MOST_BYTES = const(1536 * 1024)
_BLOCK_BYTES = const(4096)
_OTHERS_BYTES = const(192 * 1024)  # events, freezes, directories, configuration


class Store:
    """Opens the readings on a files port, the rest when it is asked for. StorageFault.

    vault: where the checkpoint is. segment: in which readings grow, 0: not known.
    """

    def __init__(self, files, vault, segment=0):
        from firmware.storage import layout  # has left the memory before a report

        self.files = files
        try:
            self.id = layout.identity(files, vault)
        except OSError as error:
            raise StorageFault("journal not readable: %s" % error)
        active, full = files.folder("readings"), files.folder("full")
        self.readings = Journal(
            Segments(active, full, "r", segment), _READINGS_BYTES, self._most_reading_bytes
        )
        self._events = None
        self._known_event_seq = 1

    @property
    def id_text(self):
        """The id as it stands in messages: 16 hex digits."""
        return "%016x" % self.id

    @property
    def events(self):
        if self._events is None:
            files = self.files
            segments = Segments(files.folder("events"), files.folder("full"), "e")
            self._events = Journal(segments, _EVENTS_BYTES, lambda: _ALL_EVENTS_BYTES)
            self._events.reserve(self._known_event_seq)
        return self._events

    def freezes(self):
        from firmware.storage.freezes import Freezes  # once a day

        return Freezes(self.files.folder("freezes"), self.files.folder("full"))

    def reserve(self, known):
        """Give no number to a new record that `known` (next_seq, event_next_seq) has given.

        Before anything is appended.
        """
        self.readings.reserve(known.next_seq)
        self._known_event_seq = known.event_next_seq

    def last_reading(self):
        """The newest reading, or None in an empty journal."""
        body = self.readings.last_body
        return None if body is None else _reading(body) or self._last_known()

    def _last_known(self):
        """The newest reading of this version, when another version has written behind it."""
        found = None
        segments = self.readings.segments
        segment = segments.newest()
        while segment is not None and found is None:
            reader = Reader(self.readings, segment, segment, 0)
            while reader.advance(within=segment):
                found = _reading(reader.body) or found
            segment = segments.before(segment)
        return found

    def _most_reading_bytes(self):
        # An eighth of the file system stays free: a nearly full littlefs is slow and wears badly.
        try:
            capacity_bytes = min(self.files.capacity_bytes(), _MOST_BYTES)
        except OSError as error:
            raise StorageFault("journal not readable: %s" % error)
        usable_bytes = capacity_bytes // 8 * 7 - _OTHERS_BYTES
        return max(usable_bytes, 2 * (_READINGS_BYTES + _BLOCK_BYTES))


def _reading(body):
    try:
        return record.unpack(body)
    except ValueError:
        return None
