"""Promise: a reader delivers each stored record once, in order, whatever the flash has become."""

import gc

from expect import expect
from firmware.storage import frame
from firmware.storage.reader import Reader
from flash import RamFiles
from journals import all_of, body, filled, opened, path, small

FRAME_BYTES = 30


def ram_of(records):
    files = RamFiles()
    filled(files, records)
    return files.content


def test_reading_begins_anywhere():
    journal = filled(RamFiles(), 14)  # 5 ... 14 are stored
    for seq in range(20):
        expect(all_of(journal, seq), list(range(max(5, seq), 15)))


def test_any_hint_gives_the_same_records_as_none():
    journal = filled(RamFiles(), 14)
    for seq in range(1, 17):
        for segment in (1, 5, 9, 13, 14, 99):  # dropped, three stored, none, none
            for offset in list(range(0, 130)) + [1000, 0xFFFFFFFF]:
                found = all_of(journal, seq, segment, offset)
                if found != list(range(max(5, seq), 15)):
                    raise AssertionError("%d at %d, %d: %r" % (seq, segment, offset, found))


def test_the_place_behind_a_record_is_the_hint_for_the_next():
    journal = filled(RamFiles(), 12)
    reader = Reader(journal, 1)
    while reader.advance():
        after = Reader(journal, reader.seq + 1, reader.segment, reader.offset)
        expect((after.segment, after.offset, after.skipped), (reader.segment, reader.offset, 0))
        expect(after.advance(), reader.seq < 12)
        expect(after.seq, 0 if reader.seq == 12 else reader.seq + 1)


def test_a_wrong_hint_is_no_damage():
    reader = Reader(filled(RamFiles(), 12), 6, 5, 17)
    expect(reader.advance(), True)
    expect((reader.seq, reader.skipped), (6, 0))


def test_a_damaged_byte_anywhere_costs_its_record_only():
    whole = ram_of(12)
    for mask in (0x01, 0x80, 0xFF):
        for segment in (1, 5, 9):
            for position in range(4 * FRAME_BYTES):
                content = dict(whole)
                damaged = bytearray(content[path(segment, 9)])
                damaged[position] ^= mask
                content[path(segment, 9)] = bytes(damaged)
                check_all_but(content, segment + position // FRAME_BYTES)


def check_all_but(content, lost):
    reader = Reader(small(RamFiles(content)), 1)
    found = []
    while reader.advance():
        expect(bytes(reader.body), body(reader.seq))
        found.append(reader.seq)
    expect(found, [n for n in range(1, 13) if n != lost])
    expect(reader.skipped, 1)


def test_a_segment_cut_off_anywhere_gives_its_whole_records():
    whole = ram_of(12)
    for size in range(4 * FRAME_BYTES):
        content = dict(whole)
        content[path(5)] = content[path(5)][:size]
        journal = small(RamFiles(content))
        lost = range(5 + size // FRAME_BYTES, 9)
        expect(all_of(journal), [n for n in range(1, 13) if n not in lost])


def test_bytes_that_were_written_twice_give_no_record_twice():
    whole = ram_of(12)
    for begin in range(0, 120, 7):
        content = dict(whole)
        segment = content[path(5)]
        content[path(5)] = segment[: begin + 32] + segment[begin:]
        expect(all_of(small(RamFiles(content))), list(range(1, 13)))


def test_a_record_with_a_far_number_does_not_hide_those_behind_it():
    content = dict(ram_of(12))
    segment = content[path(5)]
    content[path(5)] = segment[:30] + frame.wrap(4_000_000_000, body(1)) + segment[60:]
    expect(all_of(small(RamFiles(content))), [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12])


def test_a_whole_segment_of_erased_flash_is_passed_over():
    for byte in (0x00, 0x01, 0x7F, 0xFF):
        content = dict(ram_of(12))
        content[path(5)] = bytes([byte]) * 3000
        expect(all_of(small(RamFiles(content))), [1, 2, 3, 4, 9, 10, 11, 12])


def test_a_segment_dropped_under_a_reader_ends_or_goes_on_behind_it():
    for records in range(13):
        journal = filled(RamFiles(), 12)
        reader = Reader(journal, 1)
        found = [reader.seq for _ in range(records) if reader.advance()]
        for n in range(13, 22):
            journal.append(body(n))
        while reader.advance():
            expect(bytes(reader.body), body(reader.seq))
            found.append(reader.seq)
        expect(found, sorted(found))
        expect([n for n in range(13, 22) if n not in found], [])


def test_a_backlog_of_two_thousand_records_takes_no_more_memory_than_a_short_one():
    files = RamFiles()
    for segment in range(1, 2001, 50):
        framed = [frame.wrap(n, body(n)) for n in range(segment, segment + 50)]
        files.content[path(segment)] = b"".join(framed)
    reader = Reader(opened(files, 32768, 42), 1)
    reader.advance()
    gc.collect()
    before = gc.mem_alloc()
    most = count = 0
    while reader.advance():
        count += 1
        if count % 100 == 0:
            gc.collect()
            most = max(most, gc.mem_alloc() - before)
    expect(count, 1999)
    if most > 512:
        raise AssertionError("%d bytes more than after the first record" % most)
