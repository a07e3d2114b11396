"""Small journals: three segments of 128 bytes, so that the oldest is soon dropped.

On real files, too, the one that grows is in a directory of its own.
"""

from firmware.storage.journal import Journal
from firmware.storage.reader import Reader
from firmware.storage.segments import Segments
from flash import BLOCK_BYTES


def opened(files, segment_bytes, most_segments):
    """A journal in two folders of files, which are made."""
    folders = [files.folder(name) for name in ("now", "full")]
    for folder in folders:
        folder.make()
    most_bytes = most_segments * BLOCK_BYTES * ((segment_bytes + BLOCK_BYTES - 1) // BLOCK_BYTES)
    return Journal(Segments(*folders, "r"), segment_bytes, lambda: most_bytes)


def small(files):
    return opened(files, segment_bytes=128, most_segments=3)


def path(segment, growing=13):
    """Where that segment of a RamFiles lies; growing: the newest."""
    return "%s/r%08x" % ("now" if segment == growing else "full", segment)


def body(n):
    """20 bytes: four records fill a segment."""
    return b"reading %012d" % n


def filled(files, records):
    """A small journal with that many records."""
    journal = small(files)
    for n in range(1, records + 1):
        journal.append(body(n))
    return journal


def all_of(journal, seq=1, segment=None, offset=0):
    """The numbers of the records from seq on; each must have the body of its number."""
    reader = Reader(journal, seq, segment, offset)
    found = []
    while reader.advance():
        if bytes(reader.body) != body(reader.seq):
            raise AssertionError("record %d is %r" % (reader.seq, bytes(reader.body)))
        found.append(reader.seq)
    return found
