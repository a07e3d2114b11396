"""Promise: neither a power cut nor a failing flash takes a record append() has returned for."""

import gc

from expect import expect, expect_raises
from firmware.core.errors import StorageFault
from firmware.storage.journal import Journal
from firmware.storage.reader import Reader
from firmware.storage.segments import Segments
from flash import (
    RamFiles,
    RamFlash,
    every_cut,
    fill,
    mounted,
    remounted,
)
from journals import all_of, body, filled, opened, small


def test_a_power_cut_in_an_append_costs_at_most_that_record():
    for records in range(14):  # the next one opens a journal, a segment, drops a segment ...
        check_cut_append(small, records)


def test_a_power_cut_in_an_append_to_a_segment_of_whole_blocks_costs_at_most_that_record():
    for records in (3, 19, 20, 39, 40, 60):  # 20 records of 30 bytes are more than is inline
        check_cut_append(larger, records)


def larger(files):
    return opened(files, segment_bytes=600, most_segments=2)


def check_cut_append(journal_of, records):
    flash = RamFlash()
    journal = journal_of(mounted(flash))
    for n in range(1, records + 1):
        journal.append(body(n))
    first = journal.first_seq()

    def act(files):
        expect(journal_of(files).append(body(records + 1)), records + 1)

    def check(files, done):
        journal = journal_of(files)
        stored = journal.next_seq - 1
        expect(stored in ((records + 1,) if done else (records, records + 1)), True)
        expect(journal.last_body, body(stored) if stored else None)
        found = all_of(journal)
        # The oldest segment may be gone by now, as it would have been without the cut.
        expect(found, list(range(found[0] if found else 1, stored + 1)))
        if found and found[0] > first:
            expect(found[0] - first, 20 if journal_of is larger else 4)
        expect(journal.append(body(stored + 1)), stored + 1)
        expect(all_of(journal)[-1], stored + 1)

    every_cut(flash, act, check)


def test_a_failing_write_is_a_storage_fault_or_the_record_is_there():
    for once in (True, False):
        for journal_of, records in (
            (small, 3),
            (small, 4),
            (small, 12),
            (larger, 19),
            (larger, 40),
        ):
            check_failing_writes(journal_of, records, once)


def check_failing_writes(journal_of, records, once):
    """The n-th write fails, for every n: once, or from then on until the reset."""
    whole = RamFlash(blocks=8)
    journal = journal_of(mounted(whole))
    for n in range(1, records + 1):
        journal.append(body(n))
    for fail_at in range(100):
        flash = whole.copy()
        journal = journal_of(remounted(flash))
        flash.changes = 0
        flash.fail_at = fail_at
        flash.fails_for_ever = not once
        acknowledged = []
        faults = 0
        for _ in range(6):
            seq = journal.next_seq
            try:
                expect(journal.append(body(seq)), seq)
                acknowledged.append(seq)
            except StorageFault:
                faults += 1
        flash.fail_at = None
        collect_garbage()
        check_acknowledged(journal_of(remounted(flash.copy())), acknowledged)
        flash.content = None  # a file that could not be closed is kept, and the flash with it
        if not faults:
            return
    raise AssertionError("it never succeeded")


def collect_garbage():
    """What was left open in a fault is closed, and so written, now."""
    gc.collect()
    gc.collect()


def check_acknowledged(journal, acknowledged):
    found = all_of(journal)
    missing = [n for n in acknowledged if n >= journal.first_seq() and n not in found]
    expect(missing, [])
    expect(found, sorted(found))
    expect(journal.next_seq > max(acknowledged + [0]), True)


def test_a_full_flash_costs_the_oldest_records_and_is_never_silent():
    flash = RamFlash(blocks=16)
    files = mounted(flash)
    journal = opened(files, segment_bytes=600, most_segments=50)
    faults = stored = 0
    for n in range(1, 31):
        stored = journal.append(body(n))
    fill(files)
    for _ in range(60):
        try:
            seq = journal.next_seq
            stored = journal.append(body(seq))
        except StorageFault:
            faults += 1
    found = all_of(opened(remounted(flash), segment_bytes=600, most_segments=50))
    expect(found[-1], stored)
    expect(len(found) + faults >= journal.next_seq - journal.first_seq(), True)
    expect(stored > 60, True)


def test_a_flash_that_cannot_be_read_is_a_storage_fault_wherever_it_shows():
    whole = RamFlash()
    filled(mounted(whole), 9)
    for fail_at in range(0, 20_000, 11):
        flash = whole.copy()
        files = remounted(flash)
        flash.reads = 0
        flash.fail_read_at = fail_at
        try:
            folders = [files.folder(name) for name in ("now", "full")]
            journal = Journal(Segments(*folders, "r"), 128, lambda: 12288)
            journal.first_seq()
            all_of(journal)
            all_of(journal, 6, 5, 30)
        except StorageFault:
            continue
        if flash.reads <= fail_at:
            return
    raise AssertionError("reads without end")


def test_every_public_call_on_a_dead_file_system_is_a_storage_fault():
    files = RamFiles()
    journal = filled(files, 9)
    for folder in (journal.segments.active, journal.segments.full):
        for name in ("names", "size", "read", "append", "replace", "move", "remove"):
            setattr(folder, name, broken)
    expect_raises(StorageFault, Reader, journal, 1)
    expect_raises(StorageFault, journal.first_seq)
    expect_raises(StorageFault, journal.segments.read, 1, 0, bytearray(8))
    expect_raises(StorageFault, journal.append, b"x")


def broken(*_):
    raise OSError(5)


def test_a_number_whose_write_failed_is_not_given_to_another_record():
    journal = filled(RamFiles(), 3)
    files = journal.segments.active
    works = files.append

    def stored_but_failed(name, data):
        works(name, data)
        raise OSError(5)

    files.append = stored_but_failed
    expect_raises(StorageFault, journal.append, body(4))
    files.append = works
    expect(journal.append(body(5)), 5)
    expect(all_of(journal), [1, 2, 3, 4, 5])


def test_a_segment_that_littlefs_calls_corrupt_hides_only_itself():
    for corrupt, seq in ((1, 13), (5, 13), (9, 20)):
        files = RamFiles()
        filled(files, 12)
        journal = small(CorruptAt("r%08x" % corrupt, files))
        expect(journal.append(body(seq)), seq)
        lost = range(corrupt, corrupt + 4)
        expect(all_of(journal), [n for n in range(5, 13) if n not in lost] + [seq])


class CorruptAt:
    """Files, of which littlefs calls one corrupt."""

    def __init__(self, name, files):
        self._name = name
        self._files = files
        self._read = files.read
        for method in ("append", "size", "sizes", "names", "remove", "make", "replace"):
            setattr(self, method, getattr(files, method))

    @property
    def _prefix(self):
        return self._files._prefix

    def folder(self, name):
        return CorruptAt(self._name, self._files.folder(name))

    def move(self, name, folder):
        self._files.move(name, folder)

    def read_end(self, name, buffer):
        if name == self._name:
            raise OSError(84)
        return self._files.read_end(name, buffer)

    def read(self, name, offset, buffer):
        if name == self._name:
            raise OSError(84)
        return self._read(name, offset, buffer)
