"""Promise: a packed message keeps its budget, and a record that doesn't fit changes nothing."""

import json
import random

from expect import expect
from firmware.core.event import Event
from firmware.core.record import Reading
from firmware.uplink.bits import coarse
from firmware.uplink.packed import Packed, Profile

_HEAD = (("device", "d" * 32), ("journal", "f" * 16), ("stream", "readings"))
_FULL = _HEAD + (("oldest", 0xFFFFFFFF), ("offset_ml", -1 << 63))
_MOST = (1 << 63) - 1


class _Config:
    broker_user = broker_password = ""
    slot_s = 900

    def __init__(self, weight_ml, pulses):
        self.pulse_weight_ml = weight_ml
        self.pulse_weight_pulses = pulses


def _record(seq, time_s, boot, values, dated, columns, is_event=False):
    if is_event:
        return seq, Event(values[0], time_s, boot, 0, 0, 0, *values[1:]), dated, columns
    return seq, Reading(time_s, boot, 0, *(values + [0] * 5)), dated, columns


def _quiet(seq):
    time_s = 1_790_000_000 + 3600 * seq
    return _record(seq, time_s, 1, [1000 * seq, 1000, 3600], (time_s, 2, 0), ())


def _any_reading(seq):
    bits = random.getrandbits
    columns = [
        (kind, bits(4), random.choice((None, bits(31))), bits(32), 0)
        for kind in range(1, random.randint(1, 14))
    ]
    values = [bits(random.randint(1, 32)) << bits(4), bits(32), bits(16)]
    dated = random.choice((None, bits(32))), bits(16), bits(16)
    return _record(seq, bits(32), bits(16), values, dated, columns)


def test_golden_messages():
    with open("tests/vectors/packed.json") as f:
        vectors = json.load(f)["vectors"]
    expect(len(vectors), 5)
    for vector in vectors:
        packed = Packed(vector["head"], 1344, vector["slot_s"], vector["unit_ml"])
        for _ in range(2):
            for one in vector["records"]:
                expect(packed.add(*_record(*one, is_event=vector["is_event"])), True)
            expect(bytes(packed.payload()).hex(), vector["payload"])
            packed.clear()


def test_a_record_that_does_not_fit_changes_nothing_whatever_the_budget():
    random.seed(3)
    for budget in range(320, 420):
        packed, other = [Packed(_FULL, budget, 3600, 1000) for _ in range(2)]
        seq = 1
        added = []
        while True:
            one = _any_reading(seq)
            if not packed.add(*one):
                break
            added.append(one)
            seq += 1
        expect(len(packed.payload()) <= budget, True)
        while len(added) < 20 and packed.add(*_quiet(seq)):  # smaller ones may still go
            added.append(_quiet(seq))
            seq += 1
        for one in added:
            expect(other.add(*one), True)
        expect(bytes(packed.payload()), bytes(other.payload()))


def test_the_smallest_budget_has_room_for_the_largest_record_of_either_stream():
    columns = [(kind, 16, (1 << 31) - 1, 0xFFFFFFFF, 0) for kind in range(1, 14)]
    values = [_MOST, _MOST, 0xFFFF]
    largest = _record(1, 0xFFFFFFFF, 0xFFFF, values, (None, 0xFFFF, 0xFFFF), columns)
    expect(Packed(_FULL, 320, 1, 1).add(*largest), True)
    text = "\u00e4" * 20
    values = [255, -_MOST - 1, -_MOST - 1, text]
    largest = _record(1, 0xFFFFFFFF, 0xFFFF, values, (None, 0xFFFF, 0xFFFF), (), True)
    head = _HEAD[:2] + (("stream", "events"), ("oldest", 0xFFFFFFFF))
    expect(Packed(head, 320, 1, 1).add(*largest), True)


def test_a_message_has_255_records_at_most():
    packed = Packed(_HEAD, 4096, 3600, 1000)
    expect([packed.add(*_quiet(seq)) for seq in range(1, 258)], [True] * 255 + [False] * 2)
    expect((packed.payload()[1], packed.count), (255, 255))


def test_a_day_of_quiet_readings_costs_few_bytes_more_than_one():
    packed = Packed(_HEAD, 1344, 3600, 1000)
    packed.add(*_quiet(1))
    one = len(packed.payload())
    for seq in range(2, 25):
        packed.add(*_quiet(seq))
    expect(len(packed.payload()) - one <= 12, True)


def test_the_profile_counts_in_pulses_where_they_are_whole_millilitres():
    for weight_ml, pulses, unit_ml in ((1000, 1, 1000), (1000, 10, 100), (1000, 450, 1)):
        profile = Profile(_Config(weight_ml, pulses), "d", None)
        expect(profile.topic("events"), "rill/d/events")
        expect((profile.client_id, profile.user, profile.password), ("d", "", ""))
        message, expected = profile.batch(_HEAD, 320), Packed(_HEAD, 320, 900, unit_ml)
        for batch in (message, expected):
            batch.add(*_quiet(1))
        expect(bytes(message.payload()), bytes(expected.payload()))


def test_an_uncertainty_is_rounded_up_to_two_steps_an_octave():
    found = [coarse(value) for value in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 16, 65535)]
    expect(found, [0, 1, 2, 3, 4, 5, 5, 6, 6, 7, 7, 8, 8, 32])
    expect([coarse(value) for value in (3 << 30, (3 << 30) + 1, 0xFFFFFFFF)], [63, 63, 63])
