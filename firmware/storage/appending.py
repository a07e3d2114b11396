"""How a journal grows: the record behind the last one, or as the first of a new segment. In memory
only where something is stored.
"""

from micropython import const

from firmware.core.errors import JournalDamaged, StorageFault
from firmware.storage import frame

_ENOSPC = const(28)  # of littlefs; the image's errno module has no names for them
_ECORRUPT = const(84)


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
        if error.errno != _ENOSPC or not journal.segments.drop_oldest():
            raise
        _append(journal, framed)


def _append(journal, framed):
    segments = journal.segments
    if _is_full(journal, len(framed)):
        if segments.growing != journal.next_seq:  # equal: a reset left it empty
            segments.close()
            _make_room(journal)
        segments.append(journal.next_seq, framed)
        journal.is_damaged, journal.size = False, len(framed)
    else:
        segments.append(segments.growing, framed)
        journal.size += len(framed)


def _is_full(journal, more_bytes):
    if journal.segments.growing is None or journal.is_damaged:
        return True
    return not journal.size or journal.size + more_bytes > journal.segment_bytes


def _make_room(journal):
    """Drop the oldest segments until one more fits."""
    # Asked only now, because littlefs goes through the whole flash for the answer.
    most_bytes = journal.most_bytes()
    while journal.segments.flash_bytes() + journal.segment_bytes > most_bytes:
        if not journal.segments.drop_oldest():
            break
