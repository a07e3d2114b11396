"""Promise: a message keeps its byte budget, and every reading is in exactly one message."""

import json
import random

from expect import expect
from firmware.core import record
from firmware.core.record import Reading
from firmware.uplink.rows import Rows

_JOURNAL = "0123456789abcdef"


def _reading(**fields):
    values = dict.fromkeys(
        ("time_s", "boot", "flags", "odometer_ml", "interval_ml", "battery_mv"), 0
    )
    values.update(pulses=0, count=0, rest=0)
    values.update(fields)
    return Reading(**values)


def _messages(rows, numbered, boot=0, power_on_epoch_s=0):
    """The payloads that the readings become, as report.py makes them."""
    for seq, reading in numbered:
        if not rows.add(seq, reading, boot, power_on_epoch_s):
            yield bytes(rows.payload())
            rows.clear()
            expect(rows.add(seq, reading, boot, power_on_epoch_s), True)
    if rows.count:
        yield bytes(rows.payload())


def _largest():
    most = (1 << 64) - 1
    return _reading(
        time_s=0xFFFFFFFF,
        boot=0xFFFF,
        flags=0xFFFF,
        odometer_ml=most,
        interval_ml=0xFFFFFFFF,
        battery_mv=0xFFFF,
    )


def test_every_budget_is_kept_and_every_reading_is_in_one_message():
    random.seed(4)
    numbered = [(1, _largest()), (0xFFFFFFFF, _largest())]
    for seq in range(2, 12):
        numbered.append(
            (
                seq,
                _reading(
                    time_s=random.getrandbits(32),
                    flags=random.getrandbits(6),
                    odometer_ml=random.getrandbits(random.randint(1, 32)) << random.randint(0, 28),
                    interval_ml=random.getrandbits(random.randint(1, 32)),
                    battery_mv=random.getrandbits(12),
                ),
            )
        )
    for device in ("m", "d" * 32):
        for budget in range(256, 701):
            rows = Rows(device=device, journal_id=_JOURNAL, budget_bytes=budget)
            found = []
            for payload in _messages(rows, numbered):
                expect(len(payload) <= budget, True)
                message = json.loads(payload)
                expect(message["device"], device)
                found += [row[0] for row in message["rows"]]
            expect(found, [seq for seq, _ in numbered])


def test_a_message_is_full_before_the_next_one_begins():
    rows = Rows(device="m", journal_id=_JOURNAL, budget_bytes=300)
    numbered = [(seq, _reading(time_s=1_790_000_000)) for seq in range(10, 60)]
    sizes = [len(payload) for payload in _messages(rows, numbered)]
    row = len(",[10,1790000000,0,0,0,0]")
    for size in sizes[:-1]:
        expect(300 - row < size <= 300, True)


def test_an_added_reading_that_does_not_fit_changes_nothing():
    rows = Rows(device="m", journal_id=_JOURNAL, budget_bytes=256)
    while rows.add(rows.count + 1, _reading(time_s=1_790_000_000), 0, 0):
        before = bytes(rows.payload())
    expect(bytes(rows.payload()), before)


def _row_of(reading, boot, power_on_epoch_s):
    rows = Rows(device="m", journal_id=_JOURNAL, budget_bytes=512)
    rows.add(5, reading, boot, power_on_epoch_s)
    return json.loads(bytes(rows.payload()))["rows"][0]


def test_a_reading_from_before_the_clock_was_set_is_dated_in_its_own_boot_only():
    early = _reading(time_s=60, boot=7, flags=record.TIME_UNKNOWN | record.RESET)
    dated = [5, 1_790_000_060, 0, 0, 0, record.RESET | record.DATED_LATER]
    undated = [5, None, 0, 0, 0, record.TIME_UNKNOWN | record.RESET, 7, 60]
    expect(_row_of(early, 7, 1_790_000_000), dated)
    expect(_row_of(early, 8, 1_790_000_000), undated)
    expect(_row_of(early, 7, 0), undated)
    expect(_row_of(_reading(time_s=99), 7, 1_790_000_000), [5, 99, 0, 0, 0, 0])


def test_golden_payloads():
    with open("tests/vectors/payload.json") as f:
        vectors = json.load(f)["vectors"]
    expect(len(vectors), 2)
    for vector in vectors:
        rows = Rows(device=vector["device"], journal_id=vector["journal"], budget_bytes=1024)
        for fields in vector["readings"]:
            seq = fields.pop("seq")
            rows.add(seq, Reading(**fields), vector["boot"], vector["power_on_epoch_s"])
        expect(str(rows.payload(), "ascii"), vector["payload"])
