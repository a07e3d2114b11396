"""Promise: a segment is found where it is, whatever the file system was left like."""

from expect import expect, expect_raises
from firmware.core.errors import StorageFault
from firmware.storage import appending
from firmware.storage.reader import Reader
from firmware.storage.segments import Segments
from flash import BLOCK_BYTES, RamFiles, RamFlash, every_cut, fill, mounted, remounted
from journals import all_of, body, filled, opened, small


def _segments(files, growing=0):
    return Segments(files.folder("now"), files.folder("full"), "r", growing)


def _end(segments):
    """(size, last four bytes) as a journal asks for them."""
    buffer = bytearray(4)
    size = segments.read_end(buffer)
    return size, bytes(buffer[: min(size or 0, 4)])


def _of(content):
    """Segments over files that were left like that; their end has been read."""
    segments = _segments(RamFiles(content))
    segments.read_end(bytearray(4))
    return segments


def test_where_nothing_is_there_is_no_segment():
    segments = _segments(RamFiles())
    expect(_end(segments), (None, b""))
    found = segments.growing, segments.newest(), segments.before(9), segments.after(None)
    expect(found, (None, None, None, None))
    expect((appending.flash_bytes(segments), appending.drop_oldest(segments)), (0, False))
    appending.close(segments)


def test_the_end_of_the_newest_segment_is_read_wherever_it_lies():
    for content, growing, end in (
        ({"now/r00000005": b"growing"}, 5, (7, b"wing")),
        ({"now/r00000005": b"growing", "full/r00000001": b"full"}, 5, (7, b"wing")),
        ({"full/r00000001": b"full", "full/r00000005": b"is full"}, None, (7, b"full")),
        ({"now/r00000005": b"", "full/r00000001": b"full"}, 5, (0, b"")),
        ({"now/r00000005": b"xy"}, 5, (2, b"xy")),
    ):
        for hint in (0, 1, 5, 9):  # not known, moved away, right, never there
            segments = _segments(RamFiles(dict(content)), hint)
            expect(_end(segments), end)
            expect((segments.growing, segments.newest()), (growing, 5))


def test_neighbours_are_found_in_both_directories():
    names = ("full/r00000003", "full/r0000000a", "full/r80000000", "now/rffffffff")
    segments = _of({name: b"x" for name in names})
    numbers = (3, 10, 0x80000000, 0xFFFFFFFF)
    for limit in (1, 3, 4, 10, 11, 0x80000000, 0xFFFFFFFF):
        below = [n for n in numbers if n < limit]
        above = [n for n in numbers if n > limit]
        expect(segments.before(limit), below[-1] if below else None)
        expect(segments.after(limit), above[0] if above else None)
    expect((segments.before(None), segments.after(None)), (numbers[-1], numbers[0]))


def test_streams_in_one_directory_do_not_see_each_other():
    files = RamFiles({"full/r00000007": b"ours", "full/e00000001": b"x", "full/d0000000f": b"x"})
    segments = _segments(files)
    expect(_end(segments), (4, b"ours"))
    expect((segments.before(None), segments.after(None)), (7, 7))
    expect((appending.drop_oldest(segments), appending.drop_oldest(segments)), (True, False))
    expect(sorted(files.content), ["full/d0000000f", "full/e00000001"])


def test_of_two_that_grow_the_older_one_is_put_away():
    files = RamFiles({"now/r00000005": b"older", "now/r00000009": b"newer"})
    segments = _segments(files)
    expect(_end(segments), (5, b"ewer"))
    expect(sorted(files.content), ["full/r00000005", "now/r00000009"])
    expect((segments.growing, segments.before(9)), (9, 5))


def test_a_closed_segment_is_put_away_and_an_empty_one_removed():
    files = RamFiles({"now/r00000005": b"x"})
    segments = _of(files.content)
    appending.close(segments)
    expect((sorted(files.content), segments.newest()), (["full/r00000005"], 5))
    files.content["now/r00000009"] = b""
    segments = _of(files.content)
    appending.close(segments)
    expect((sorted(files.content), segments.newest()), (["full/r00000005"], 5))


def test_an_empty_segment_that_is_not_the_next_one_leaves_no_file_behind():
    files = RamFiles()
    filled(files, 8)
    files.content["now/r00000009"] = b""
    journal = small(files)
    journal.reserve(50)
    expect(journal.append(body(50)), 50)
    expect([name for name in files.content if name.startswith("now/")], ["now/r00000032"])
    expect(all_of(small(files)), list(range(1, 9)) + [50])


def test_the_one_that_grows_is_never_dropped():
    files = RamFiles({"now/r00000005": b"x", "full/r00000001": b"x"})
    segments = _of(files.content)
    expect((appending.drop_oldest(segments), appending.drop_oldest(segments)), (True, False))
    expect(list(files.content), ["now/r00000005"])


def test_what_segments_take_is_counted_in_whole_blocks():
    sizes = (0, 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES)
    content = {"full/r%08x" % (k + 1): bytes(size) for k, size in enumerate(sizes)}
    content["now/r00000009"] = b"x"
    expect(appending.flash_bytes(_of(content)), (0 + 1 + 1 + 2 + 3 + 1) * BLOCK_BYTES)


def test_a_segment_that_is_gone_has_no_bytes():
    segments = _of({"full/r00000001": b"x", "now/r00000005": b"y"})
    expect((segments.size(3), segments.read(3, 0, bytearray(4))), (0, 0))


def test_a_directory_that_is_not_there_is_a_storage_fault():
    segments = _segments(mounted(RamFlash()))
    for call in (Segments.newest, appending.flash_bytes, appending.drop_oldest):
        expect_raises(StorageFault, call, segments)
    expect_raises(StorageFault, segments.read_end, bytearray(4))


def test_a_segment_dropped_under_a_reader_on_flash_ends_there():
    flash = RamFlash()
    journal = filled(mounted(flash), 12)
    reader = Reader(journal, 1)
    expect((reader.advance(), reader.seq), (True, 1))
    for n in range(13, 17):  # the first of these drops the segment that is read
        journal.append(body(n))
    found = [reader.seq for _ in range(20) if reader.advance()]
    # What the reader had in its buffer, then what is still stored.
    expect(found, [2, 3, 4] + list(range(5, 17)))
    expect(all_of(small(remounted(flash))), list(range(5, 17)))


def test_power_lost_anywhere_while_a_segment_is_put_away_leaves_it_in_one_place():
    flash = RamFlash()
    filled(mounted(flash), 8)

    def act(files):
        segments = _segments(files, 5)
        segments.read_end(bytearray(4))
        appending.close(segments)

    def check(files, done):
        places = [list(files.folder(name).names()) for name in ("now", "full")]
        is_away = (places[0], sorted(places[1])) == ([], ["r00000001", "r00000005"])
        expect(is_away or (not done and places == [["r00000005"], ["r00000001"]]), True)
        expect(all_of(small(files)), list(range(1, 9)))

    every_cut(flash, act, check)


def test_writes_that_fail_leave_no_heap_of_empty_segments():
    files = mounted(RamFlash(blocks=16))
    journal = opened(files, segment_bytes=600, most_segments=50)
    for n in range(1, 5):
        journal.append(body(n))
    fill(files)
    faults = 0
    for _ in range(60):
        try:
            journal.append(body(journal.next_seq))
        except StorageFault:
            faults += 1
    expect(faults > 3, True)
    expect(sum([len(list(files.folder(name).names())) for name in ("now", "full")]) <= 2, True)
