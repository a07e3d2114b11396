"""Saves what the head end has not got from a journal whose file system can't be opened.

Frames prove themselves, so they are found in the raw blocks; what lies across the border of
two blocks is lost, one record in eighty. They go into two files of the image's file system,
the only thing that is ever written there: `unsent` with the frames, then `unsent.id`, whose
presence says that `unsent` is complete. docs/record-format.md
"""

import struct

from micropython import const

from firmware.core import event, record
from firmware.core.seal import seal, unseal
from firmware.storage import frame

_FRAMES = "unsent"
_INDEX = "unsent.id"
_INDEX_LAYOUT = "<QIIII"
_BLOCK_BYTES = const(4096)
_BLOCKS = const(4)  # ioctl operation: number of blocks
_PART_BYTES = const(1024)
_LEFT_FREE_BYTES = const(32_768)  # firmware and configuration need room to be changed
EVENT_SALT = const(101)  # "e", see storage/segments.py
_BLANK = b"\xff" * 32


def save_unread(device, system, state, feed):
    """(records saved, records lost: not found, or without room); OSError when not written.

    feed() is called now and then: it takes a minute.
    """
    index = _index(system)
    known = state.journal, state.next_seq, state.event_next_seq
    if index and index[:3] == known:
        return index[3:]  # power failed before the journal was made anew
    if system.size(_INDEX) is not None:
        if not index or index[0] != state.journal:
            raise OSError("records of another lost journal still wait to be sent")
        system.remove(_INDEX)  # it came back meanwhile, and has more to save now
    if system.size(_FRAMES) is not None:
        system.remove(_FRAMES)
    state.unsent_offset = state.unsent_pass = 0
    system.append(_FRAMES, b"")
    found = _Unread(system, state)
    for block in blocks_of(device, feed):
        for salt, framed in frames_in(memoryview(block)):
            found.take(salt, framed)
    found.flush()
    unread = state.next_seq - state.cursor_seq + state.event_next_seq - state.event_cursor_seq
    counts = found.saved, max(0, unread - found.saved)
    system.replace(_INDEX, seal(struct.pack(_INDEX_LAYOUT, *(known + counts))))
    return counts


def blocks_of(device, feed):
    """Yields each block of a device, in the same buffer."""
    block = bytearray(_BLOCK_BYTES)
    for number in range(device.ioctl(_BLOCKS, 0)):
        feed()
        device.readblocks(number, block, 0)
        yield block


def frames_in(block):
    """Yields (salt, frame) of all sound frames of readings and events."""
    start = 0
    while start < len(block) - frame.OVERHEAD_BYTES:
        if block[start : start + len(_BLANK)] == _BLANK:
            start += len(_BLANK)
            continue
        found = 0
        for salt in (0, EVENT_SALT):
            found = frame.length(block[start:], salt)
            if found:
                yield salt, block[start : start + found]
                break
        start += found or 1


class _Unread:
    """Finds each unread record once, however many copies of it lie around."""

    def __init__(self, system, state):
        self._system = system
        self._room_bytes = system.free_bytes() - _LEFT_FREE_BYTES
        self._part = bytearray()
        self._streams = {
            0: (record, state.cursor_seq, _bits(state.cursor_seq, state.next_seq)),
            EVENT_SALT: (
                event,
                state.event_cursor_seq,
                _bits(state.event_cursor_seq, state.event_next_seq),
            ),
        }
        self.saved = 0

    def take(self, salt, framed):
        kind, first, seen = self._streams[salt]
        place = frame.seq(framed) - first
        if not 0 <= place < 8 * len(seen) or seen[place >> 3] >> (place & 7) & 1:
            return
        try:
            kind.unpack(bytes(frame.body(framed, len(framed))))
        except ValueError:
            return
        seen[place >> 3] |= 1 << (place & 7)
        self._save(framed)

    def _save(self, framed):
        if self._room_bytes < len(framed):
            return
        self._room_bytes -= len(framed)
        self._part += framed
        self.saved += 1
        if len(self._part) >= _PART_BYTES:
            self.flush()

    def flush(self):
        if self._part:
            self._system.append(_FRAMES, self._part)
        self._part = bytearray()


def _bits(first, behind):
    # A checkpoint may be some numbers behind the journal.
    return bytearray((max(0, behind - first) + 7) // 8 + 32)


def _index(system):
    """(journal, the next number of both its streams, records saved, records lost).

    None: there is none, or it is damaged.
    """
    size = system.size(_INDEX)
    if size is None:
        return None
    sealed = bytearray(size)
    system.read(_INDEX, 0, sealed)
    content = unseal(bytes(sealed))
    return struct.unpack(_INDEX_LAYOUT, content) if content else None


class Unsent:
    """What was saved. OSError. journal: its id, 0: that can't be read any more. saved: records."""

    def __init__(self, system):
        self._system = system
        index = _index(system)
        self.journal: int = index[0] if index else 0
        self.saved: int = index[3] if index else 0

    def frames(self, offset=0):
        """Yields (sequence number, body, offset behind it) of each that is sound, from there."""
        buffer = bytearray(frame.LONGEST_BYTES)
        while True:
            size = self._system.read(_FRAMES, offset, buffer)
            if not size:
                return
            view = memoryview(buffer)[:size]
            whole = frame.length(view) or frame.length(view, EVENT_SALT)
            if whole:
                offset += whole
                yield frame.seq(view), bytes(frame.body(view, whole)), offset
            else:
                offset += 1  # damaged: those behind it are not

    def remove(self):
        """All of it has arrived."""
        self._system.remove(_INDEX)
        self._system.remove(_FRAMES)
