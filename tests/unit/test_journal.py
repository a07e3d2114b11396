"""Promise: a record that append() has returned for is in the journal, once, in order."""

import os

from expect import expect, expect_raises
from flash import (
    RamFiles,
    RamFlash,
    mounted,
    remounted,
)
from journals import all_of, body, filled, opened, path, small


def ram_of(records):
    files = RamFiles()
    filled(files, records)
    return files.content


def test_records_are_there_after_a_reset():
    flash = RamFlash()
    journal = opened(mounted(flash), 32768, 9)
    for n in range(1, 6):
        expect(journal.append(body(n)), n)
    again = opened(remounted(flash), 32768, 9)
    expect(again.next_seq, 6)
    expect(again.last_body, body(5))
    expect(all_of(again), [1, 2, 3, 4, 5])
    expect(all_of(again, 4), [4, 5])


def test_an_empty_journal_begins_with_record_one():
    journal = small(mounted(RamFlash()))
    expect((journal.next_seq, journal.first_seq(), journal.last_body), (1, 1, None))
    expect(all_of(journal), [])
    expect(journal.append(body(1)), 1)


def test_the_oldest_segment_is_dropped_when_there_are_too_many():
    flash = RamFlash()
    journal = filled(mounted(flash), 12)
    expect(journal.first_seq(), 1)
    expect(journal.append(body(13)), 13)
    expect(journal.first_seq(), 5)
    expect(all_of(journal), list(range(5, 14)))
    expect(all_of(small(remounted(flash))), list(range(5, 14)))


def test_no_segment_is_dropped_before_there_are_too_many():
    files = RamFiles()
    journal = opened(files, segment_bytes=30, most_segments=42)
    for n in range(1, 43):
        journal.append(body(n))
        expect(journal.first_seq(), 1)
    journal.append(body(43))
    expect(journal.first_seq(), 2)


def test_a_journal_of_one_segment_goes_on():
    journal = opened(RamFiles(), segment_bytes=128, most_segments=1)
    for n in range(1, 20):
        expect(journal.append(body(n)), n)
    expect(all_of(journal), [17, 18, 19])


def test_numbers_rise_by_one_through_a_reset_after_each_record():
    flash = RamFlash()
    files = mounted(flash)
    for n in range(1, 30):
        expect(small(files).append(body(n)), n)
        files = remounted(flash)
    expect(all_of(small(files)), list(range(21, 30)))


def test_a_body_that_a_frame_cannot_hold_is_refused_and_costs_no_number():
    journal = small(mounted(RamFlash()))
    for wrong in (b"", bytes(256)):
        expect_raises(ValueError, journal.append, wrong)
    expect(journal.append(bytes(255)), 1)


def test_the_last_body_is_a_copy():
    journal = small(RamFiles())
    buffer = bytearray(body(1))
    journal.append(buffer)
    buffer[0] = 0
    expect(journal.last_body, body(1))


def test_no_number_is_used_twice_after_the_last_segment_was_cut_off_anywhere():
    for records in (5, 8):  # the last segment holds one record, or four
        whole = ram_of(records)
        last = path(5, 5)
        for size in range(len(whole[last])):
            content = dict(whole)
            content[last] = whole[last][:size]
            left = size // 30
            check_goes_on(content, 5 + left if size % 30 == 0 else records_in(size) + 5, 4 + left)


def records_in(size_bytes):
    """How many records may have begun in a damaged segment of that size, 30 bytes each."""
    return size_bytes // 30 + 1


def check_goes_on(content, lowest_seq, sound):
    """Reopened, the journal appends and reads its new record, numbered so or higher."""
    journal = small(RamFiles(content))
    seq = journal.append(body(journal.next_seq))
    if seq < lowest_seq:
        raise AssertionError("number %d may be used already" % seq)
    expect(all_of(journal), list(range(1, sound + 1)) + [seq])
    expect(small(RamFiles(content)).next_seq, seq + 1)


def test_a_damaged_byte_costs_one_record_and_never_a_number():
    whole = ram_of(8)
    for position in range(120):
        for mask in (0x01, 0x80, 0xFF):
            content = dict(whole)
            content[path(5, 5)] = damaged(whole[path(5, 5)], position, mask)
            journal = small(RamFiles(content))
            seq = journal.append(body(journal.next_seq))
            lost = 5 + position // 30
            expect(seq >= 9, True)
            expect(all_of(journal), [n for n in range(1, 9) if n != lost] + [seq])


def damaged(content, position, mask):
    content = bytearray(content)
    content[position] ^= mask
    return bytes(content)


def test_nothing_is_appended_behind_a_damaged_end():
    files = RamFiles(ram_of(5))
    torn = files.content[path(5, 5)] = files.content[path(5, 5)][:-3]
    small(files).append(body(9))
    expect(files.content[path(5)], torn)


def test_an_empty_last_segment_hides_nothing():
    files = RamFiles(ram_of(8))
    files.content[path(9, 9)] = b""
    journal = small(files)
    expect((journal.next_seq, journal.last_body), (9, body(8)))
    expect(journal.append(body(9)), 9)
    expect(all_of(journal), list(range(1, 10)))


def test_the_last_sound_record_is_found_behind_several_damaged_segments():
    files = RamFiles(ram_of(12))
    for segment in (5, 9):
        files.content[path(segment, 9)] = bytes(120)
    expect(small(files).last_body, body(4))


def test_files_of_others_are_left_alone():
    names = ("config.good", "rzzzzzzzz", "r-0000001", "r0x00000a", "r0000000A", "r00000000", "R1")
    for name in names:
        files = RamFiles({"full/" + name: b"not ours"})
        journal = filled(files, 20)
        expect(all_of(journal), list(range(9, 21)))
        expect(files.content["full/" + name], b"not ours")


def test_a_directory_with_the_name_of_a_segment_is_no_segment():
    flash = RamFlash()
    files = mounted(flash)
    small(files)
    os.mkdir("/journal/full/r00000063")
    journal = filled(files, 6)
    expect(all_of(small(files)), [1, 2, 3, 4, 5, 6])
    expect(journal.first_seq(), 1)


def test_segments_under_wrong_names_give_no_wrong_record_and_no_used_number():
    files = RamFiles(ram_of(12))
    names = (path(1), path(9, 9))
    files.content[names[0]], files.content[names[1]] = [files.content[n] for n in reversed(names)]
    journal = small(files)
    expect(journal.next_seq >= 13, True)
    expect(all_of(journal), [5, 6, 7, 8])
