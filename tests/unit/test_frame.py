"""Promise: what a frame gives back is what was wrapped, or nothing."""

from expect import expect, expect_raises
from firmware.storage import frame


def test_a_body_of_any_length_comes_back():
    for size in (1, 2, 39, 254, 255):
        body = bytes(range(size))
        framed = frame.wrap(0xFFFFFFFF, body)
        expect(frame.length(framed), size + frame.OVERHEAD_BYTES)
        expect(frame.seq(framed), 0xFFFFFFFF)
        expect(bytes(frame.body(framed, len(framed))), body)


def test_the_lengths_say_what_the_constants_say():
    expect(len(frame.wrap(1, b"x")), frame.SHORTEST_BYTES)
    expect(len(frame.wrap(1, bytes(255))), frame.LONGEST_BYTES)


def test_a_body_that_a_frame_cannot_hold_is_refused():
    for body in (b"", bytes(256), bytes(300)):
        expect_raises(ValueError, frame.wrap, 1, body)


def test_any_changed_byte_makes_a_frame_unsound():
    framed = frame.wrap(7, b"a reading")
    for position in range(len(framed)):
        for mask in range(1, 256):
            damaged = bytearray(framed)
            damaged[position] ^= mask
            if frame.length(damaged):
                raise AssertionError("byte %d ^ %d passed" % (position, mask))


def test_the_beginning_of_a_frame_asks_for_more():
    framed = frame.wrap(7, b"a reading")
    for cut in range(len(framed)):
        expect(frame.length(framed[:cut]), None)


def test_a_frame_belongs_where_records_before_it_have_room():
    framed = frame.wrap(12, b"x")
    expect(frame.belongs(framed, 12, 0), True)
    expect(frame.belongs(framed, 10, 22), True)
    expect(frame.belongs(framed, 10, 21), False)
    expect(frame.belongs(framed, 13, 100), False)
