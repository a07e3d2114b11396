"""Promise: neither a power cut nor a failing flash takes a record append() has returned for."""

import gc

from expect import expect, expect_raises
from firmware.core import record
from firmware.core.errors import StorageFault
from firmware.storage.journal import Journal, segment_name
from firmware.storage.reader import Reader
from firmware.storage.store import Store
from flash import (
    BLOCK_BYTES,
    RamFiles,
    RamFlash,
    every_cut,
    mounted,
    remounted,
)
from journals import all_of, body, filled, small

READING = record.Reading(1, 2, 3, 4, 5, 6, 7, 8, 9)


def test_a_power_cut_in_an_append_costs_at_most_that_record():
    for records in range(14):  # the next one opens a journal, a segment, drops a segment ...
        check_cut_append(small, records)


def test_a_power_cut_in_an_append_to_a_segment_of_whole_blocks_costs_at_most_that_record():
    for records in (3, 19, 20, 39, 40, 60):  # 20 records of 30 bytes are more than is inline
        check_cut_append(larger, records)


def larger(files):
    return Journal(files, segment_bytes=600, max_segments=2)


def check_cut_append(opened, records):
    flash = RamFlash()
    journal = opened(mounted(flash))
    for n in range(1, records + 1):
        journal.append(body(n))
    first = journal.first_seq()

    def act(files):
        expect(opened(files).append(body(records + 1)), records + 1)

    def check(files, done):
        journal = opened(files)
        stored = journal.next_seq - 1
        expect(stored in ((records + 1,) if done else (records, records + 1)), True)
        expect(journal.last_body, body(stored) if stored else None)
        found = all_of(journal)
        # The oldest segment may be gone by now, as it would have been without the cut.
        expect(found, list(range(found[0] if found else 1, stored + 1)))
        if found and found[0] > first:
            expect(found[0] - first, 20 if opened is larger else 4)
        expect(journal.append(body(stored + 1)), stored + 1)
        expect(all_of(journal)[-1], stored + 1)

    every_cut(flash, act, check)


def test_a_failing_write_is_a_storage_fault_or_the_record_is_there():
    for once in (True, False):
        for opened, records in ((small, 3), (small, 4), (small, 12), (larger, 19), (larger, 40)):
            check_failing_writes(opened, records, once)


def check_failing_writes(opened, records, once):
    """The n-th write fails, for every n: once, or from then on until the reset."""
    whole = RamFlash(blocks=8)
    journal = opened(mounted(whole))
    for n in range(1, records + 1):
        journal.append(body(n))
    for fail_at in range(100):
        flash = whole.copy()
        journal = opened(remounted(flash))
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
        check_acknowledged(opened(remounted(flash.copy())), acknowledged)
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
    journal = Journal(files, segment_bytes=600, max_segments=50)
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
    found = all_of(Journal(remounted(flash), segment_bytes=600, max_segments=50))
    expect(found[-1], stored)
    expect(len(found) + faults >= journal.next_seq - journal.first_seq(), True)
    expect(stored > 60, True)


def fill(files):
    """Other files take all that is free."""
    n = 0
    while True:
        try:
            files.append("other%d" % n, bytes(BLOCK_BYTES))
        except OSError:
            return
        n += 1


def test_a_flash_that_cannot_be_read_is_a_storage_fault_wherever_it_shows():
    whole = RamFlash()
    filled(mounted(whole), 9)
    for fail_at in range(0, 20_000, 11):
        flash = whole.copy()
        files = remounted(flash)
        flash.reads = 0
        flash.fail_read_at = fail_at
        try:
            journal = small(files)
            journal.first_seq()
            all_of(journal)
            all_of(journal, 6, 5, 30)
            Store(files).last_reading()
            Store(files).checkpoint()
        except StorageFault:
            continue
        if flash.reads <= fail_at:
            return
    raise AssertionError("reads without end")


def test_every_public_call_on_a_dead_file_system_is_a_storage_fault():
    files = RamFiles()
    store = Store(files)
    store.journal.append(record.pack(READING))
    store.journal.last_body = b"\x09 something newer"
    files.names = files.size = files.read = files.append = files.replace = broken
    expect_raises(StorageFault, Store, files)
    expect_raises(StorageFault, Reader, store.journal, 1)
    for call in (store.journal.first_seq, store.last_reading, store.checkpoint):
        expect_raises(StorageFault, call)
    expect_raises(StorageFault, store.journal.segment_before, None)
    expect_raises(StorageFault, store.journal.read_segment, 1, 0, bytearray(8))
    expect_raises(StorageFault, store.journal.append, b"x")
    expect(store.tag(), int(store.journal.id[:8], 16))


def broken(*_):
    raise OSError(5)


def test_a_number_whose_write_failed_is_not_given_to_another_record():
    files = RamFiles()
    journal = filled(files, 3)
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
        files = filled(RamFiles(), 12)._files
        files.read = corrupt_at(segment_name(corrupt), files.read)
        journal = small(files)
        expect(journal.append(body(seq)), seq)
        lost = range(corrupt, corrupt + 4)
        expect(all_of(journal), [n for n in range(5, 13) if n not in lost] + [seq])


def corrupt_at(name, read):
    def corrupt(wanted, offset, buffer):
        if wanted == name:
            raise OSError(84)
        return read(wanted, offset, buffer)

    return corrupt
