"""Promise: a stored reading is these 39 bytes, today and in ten years."""

import json
import random
from binascii import hexlify, unhexlify

from expect import expect, expect_raises
from firmware.core import record


def _vectors():
    with open("tests/vectors/record.json") as f:
        return json.load(f)["vectors"]


def test_golden_vectors_both_ways():
    vectors = _vectors()
    expect(len(vectors), 4)
    for vector in vectors:
        reading = record.Reading(**vector["fields"])
        expect(str(hexlify(record.pack(reading)), "ascii"), vector["body"])
        expect(record.unpack(unhexlify(vector["body"])), reading)


def test_a_reading_survives_the_bytes_whatever_its_values():
    random.seed(3)
    for _ in range(500):
        values = [random.getrandbits(8 * n) for n in (4, 2, 2)]
        values.append(random.getrandbits(32) << 32 | random.getrandbits(32))
        values += [random.getrandbits(8 * n) for n in (4, 2)]
        values.append(random.getrandbits(32) << 32 | random.getrandbits(32))
        values += [random.getrandbits(32), random.getrandbits(32)]
        reading = record.Reading(*values)
        expect(record.unpack(memoryview(record.pack(reading))), reading)


def test_every_other_length_or_kind_is_refused():
    body = unhexlify(_vectors()[1]["body"])
    for size in range(256):
        if size != len(body):
            expect_raises(ValueError, record.unpack, (body * 7)[:size])
    for kind in range(256):
        if kind != body[0]:
            expect_raises(ValueError, record.unpack, bytes([kind]) + body[1:])
