"""How a journal grows: the record behind the last one, or as the first of a new segment. In memory
only where something is stored.
"""

from micropython import const

from firmware.core.errors import JournalDamaged, StorageFault
from firmware.storage import frame

_ENOSPC = const(28)  # of littlefs; the image's errno module has no names for them
_ECORRUPT = const(84)
_BLOCK_BYTES = const(4096)


def append(journal, body):
    """Journal.append()."""
    seq = journal.next_seq
    framed = frame.wrap(seq, body, journal.segments.salt)
    try:
        _append_or_drop(journal, framed)
    except (OSError, StorageFault) as error:
        journal.is_damaged = True
        journal.next_seq += 1
        # littlefs meets it when it looks for free blocks: as long as the file is there.
        is_corrupt = isinstance(error, OSError) and error.errno == _ECORRUPT
        kind = JournalDamaged if is_corrupt else StorageFault
        raise kind("record %d not stored: %s" % (seq, error))
    journal.next_seq += 1
    journal.last_body = bytes(body)
    return seq


def _append_or_drop(journal, framed):
    try:
        _append(journal, framed)
    except OSError as error:
        if error.errno != _ENOSPC or not drop_oldest(journal.segments):
            raise
        _append(journal, framed)


def _append(journal, framed):
    segments = journal.segments
    if _is_full(journal, len(framed)):
        if segments.growing != journal.next_seq:  # equal: a reset left it empty
            close(segments)
            _make_room(journal)
        add(segments, journal.next_seq, framed)
        journal.is_damaged, journal.size = False, len(framed)
    else:
        add(segments, segments.growing, framed)
        journal.size += len(framed)


def _is_full(journal, more_bytes):
    if journal.segments.growing is None or journal.is_damaged:
        return True
    return not journal.size or journal.size + more_bytes > journal.segment_bytes


def _make_room(journal):
    """Drop the oldest segments until one more fits."""
    # Asked only now, because littlefs goes through the whole flash for the answer.
    most_bytes = journal.most_bytes()
    while flash_bytes(journal.segments) + journal.segment_bytes > most_bytes:
        if not drop_oldest(journal.segments):
            break


def add(segments, number, data):
    """At the end of the growing segment, or as the first of a new one."""
    segments.active.append(segments.name(number), data)
    segments.growing = number


def close(segments):
    """The growing segment grows no more."""
    if segments.growing is not None:
        if segments.size(segments.growing):
            segments.active.move(segments.name(segments.growing), segments.full)
        else:
            segments.active.remove(segments.name(segments.growing))
    segments.growing = None


def drop_oldest(segments):
    """Remove the oldest of the full ones; False when there is none."""
    oldest = segments.after(None)
    if oldest is None or oldest == segments.growing:
        return False
    segments.full.remove(segments.name(oldest))
    return True


def flash_bytes(segments):
    """What all segments take of the flash."""
    try:
        files = segments.full.sizes() + segments.active.sizes()
    except OSError as error:
        raise StorageFault("journal not readable: %s" % error)
    blocks = [(size + _BLOCK_BYTES - 1) // _BLOCK_BYTES for n, size in files if segments.number(n)]
    return sum(blocks) * _BLOCK_BYTES
