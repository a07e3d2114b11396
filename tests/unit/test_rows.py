"""Promise: a message keeps its byte budget, and every record is in exactly one message."""

import json
import random

from expect import expect
from firmware.core.event import Event
from firmware.core.record import Reading
from firmware.uplink.rows import Rows, row_of

_HEAD = (("device", "m"), ("journal", "0123456789abcdef"), ("stream", "readings"))
_MOST = (1 << 63) - 1


def _reading(**fields):
    values = dict.fromkeys(
        ("time_s", "boot", "flags", "odometer_ml", "interval_ml", "battery_mv"), 0
    )
    values.update(pulses=0, count=0, rest=0, uncertainty_s=0, era=0)
    values.update(fields)
    return Reading(**values)


def _messages(rows, added):
    """The payloads that records become, as sending.py makes them."""
    for record in added:
        if not rows.add(*record):
            yield bytes(rows.payload())
            rows.clear()
            expect(rows.add(*record), True)
    if rows.count:
        yield bytes(rows.payload())


def _largest_reading():
    reading = _reading(
        time_s=0xFFFFFFFF,
        boot=0xFFFF,
        odometer_ml=_MOST,
        interval_ml=0xFFFFFFFF,
        battery_mv=0xFFFF,
    )
    return 0xFFFFFFFF, reading, (None, 0xFFFF, 0xFFFF)


def _largest_event():
    event = Event(255, 0xFFFFFFFF, 0xFFFF, 0xFF, 0xFFFF, 255, -_MOST - 1, -_MOST - 1, '"' * 40)
    return 0xFFFFFFFF, event, (None, 0xFFFF, 0xFF)


def test_every_budget_is_kept_and_every_row_is_in_one_message():
    random.seed(4)
    added = [_largest_reading(), _largest_reading()]
    for seq in range(2, 12):
        reading = _reading(
            odometer_ml=random.getrandbits(random.randint(1, 32)) << random.randint(0, 28),
            interval_ml=random.getrandbits(random.randint(1, 32)),
            battery_mv=random.getrandbits(12),
        )
        added.append((seq, reading, (random.getrandbits(32), 2, 0)))
    numbers = [record[0] for record in added]
    for budget in range(320, 701):
        rows = Rows(_HEAD + (("oldest", 0xFFFFFFFF),), budget)
        found = []
        for payload in _messages(rows, added):
            expect(len(payload) <= budget, True)
            found += [row[0] for row in json.loads(payload)["rows"]]
        expect(found, numbers)


def test_the_smallest_budget_has_room_for_the_largest_row_of_either_stream():
    head = (("device", "d" * 32), ("journal", "f" * 16), ("offset_ml", -_MOST))
    behind = (("stream", "readings"), ("oldest", 0xFFFFFFFF))
    expect(Rows(head + behind, 320).add(*_largest_reading()), True)
    behind = (("stream", "events"), ("oldest", 0xFFFFFFFF))
    expect(Rows(head[:2] + behind, 320).add(*_largest_event()), True)


def test_a_message_is_full_before_the_next_one_begins():
    rows = Rows(_HEAD, 320)
    dated = (1_790_000_000, 2, 0)
    added = [(seq, _reading(), dated) for seq in range(10, 60)]
    sizes = [len(payload) for payload in _messages(rows, added)]
    for size in sizes[:-1]:
        expect(320 - len(row_of(*added[0])) - 1 < size <= 320, True)


def test_an_added_row_that_does_not_fit_changes_nothing():
    rows = Rows(_HEAD, 320)
    while rows.add(7, _reading(), (1_790_000_000, 2, 0)):
        before = bytes(rows.payload())
    expect(bytes(rows.payload()), before)


def test_golden_payloads():
    with open("tests/vectors/payload.json") as f:
        vectors = json.load(f)["vectors"]
    expect(len(vectors), 4)
    for vector in vectors:
        rows = Rows(vector["head"], 1024)
        is_event = vector["stream"] == "events"
        quality = vector.get("quality", [()] * len(vector["records"]))
        for fields, dated, values in zip(vector["records"], vector["dated"], quality):
            seq = fields.pop("seq")
            found = Event(**fields) if is_event else Reading(**fields)
            expect(rows.add(seq, found, dated, values), True)
        expect(str(rows.payload(), "utf-8"), vector["payload"])
