"""Promise: a stored record is these bytes, today and in ten years."""

import json
import random
from binascii import hexlify, unhexlify

from expect import expect, expect_raises
from firmware.core import event, freeze, record


def _vectors(kind):
    with open("tests/vectors/record.json") as f:
        return json.load(f)[kind]


def _kinds():
    """Name, module, its tuple and the number of vectors of each kind that is written."""
    yield "reading_2", record, record.Reading, 4
    yield "event_3", event, event.Event, 3
    yield "freeze_4", freeze, freeze.Freeze, 2


def test_golden_vectors_both_ways():
    for name, module, kind, count in _kinds():
        vectors = _vectors(name)
        expect(len(vectors), count)
        for vector in vectors:
            found = kind(**vector["fields"])
            expect(str(hexlify(module.pack(found)), "ascii"), vector["body"])
            expect(module.unpack(unhexlify(vector["body"])), found)


def test_readings_of_older_firmware_are_read():
    vectors = _vectors("reading_1")
    expect(len(vectors), 4)
    for vector in vectors:
        found = record.unpack(unhexlify(vector["body"]))
        expect(found, record.Reading(**vector["fields"]))
        expect((found.uncertainty_s, found.era), (record.NOT_KNOWN_S, 0))


def test_golden_vectors_of_readings_with_quality_both_ways():
    vectors = _vectors("reading_5")
    expect(len(vectors), 2)
    for vector in vectors:
        reading, body = record.Reading(**vector["fields"]), unhexlify(vector["body"])
        columns = b"".join([record.pack_quality(*one) for one in vector["quality"]])
        expect(record.pack(reading, columns), body)
        expect(record.unpack(body), reading)
        expect(record.quality_rows(record.quality(body)), vector["quality"])
        for cut in range(1, len(columns)):
            if cut % 14:
                expect_raises(ValueError, record.unpack, body[:-cut])


def test_a_reading_survives_the_bytes_whatever_its_values():
    random.seed(3)
    for _ in range(500):
        values = [random.getrandbits(8 * n) for n in (4, 2, 2)]
        values.append(random.getrandbits(32) << 32 | random.getrandbits(32))
        values += [random.getrandbits(8 * n) for n in (4, 2)]
        values.append(random.getrandbits(32) << 32 | random.getrandbits(32))
        values += [random.getrandbits(32), random.getrandbits(32)]
        values += [random.getrandbits(16), random.getrandbits(8)]
        reading = record.Reading(*values)
        expect(record.unpack(memoryview(record.pack(reading))), reading)


def test_every_other_length_or_kind_is_refused():
    for name, module, _, _ in _kinds():
        body = unhexlify(_vectors(name)[1]["body"])
        for size in range(256):
            fits = size == len(body) or (name == "event_3" and 28 <= size)
            if not fits:
                expect_raises(ValueError, module.unpack, (body * 9)[:size])
        for kind in range(256):
            if kind != body[0]:
                expect_raises(ValueError, module.unpack, bytes([kind]) + body[1:])


def test_a_text_is_cut_between_two_letters():
    values = (1, 0, 0, 0, 0, 0, 0, 0)
    for text, kept in (
        ("Zo\xe9", "Zo\xe9"),
        ("x" * 38 + "\xe4", "x" * 38 + "\xe4"),
        ("x" * 50, "x" * 40),
        ("x" * 39 + "\xe4", "x" * 39),
        ("\u20ac" * 20, "\u20ac" * 13),
    ):
        found = event.unpack(event.pack(event.Event(*(values + (text,)))))
        expect(found.text, kept)


def test_an_event_whose_text_is_damaged_is_refused():
    body = event.pack(event.Event(1, 0, 0, 0, 0, 0, 0, 0, "ab"))
    expect_raises(ValueError, event.unpack, body[:-1] + b"\xff")


def test_a_day_has_one_freeze_whatever_the_clock_does():
    for day, last_day, due in (
        (20_000, 0, True),
        (20_000, 20_000, False),
        (20_001, 20_000, True),
        (19_999, 20_000, False),  # put right by seconds around midnight
        (19_998, 20_000, True),  # the clock had been days ahead
    ):
        expect(freeze.is_due(day, last_day), due)


def test_months_follow_the_calendar():
    days = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    day = 0
    for year in range(1970, 2110):
        for month, length in enumerate(days):
            leap = month == 1 and year % 4 == 0 and (year % 100 or year % 400 == 0)
            for _ in range(length + (1 if leap else 0)):
                if freeze.month(day) != 12 * year + month:
                    raise AssertionError("day %d" % day)
                day += 1
