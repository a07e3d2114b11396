"""Small journals: three segments of 128 bytes, so that the oldest is soon dropped."""

from firmware.storage.journal import Journal
from firmware.storage.reader import Reader


def small(files):
    return Journal(files, segment_bytes=128, max_segments=3)


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
