"""Promise: the verdict of a simulation is not kinder than the facts."""

import pytest

from rill.verdict import Meter, Reading, compare, is_sound


def meter(records=10, cursor=None, first=1) -> Meter:
    readings = {
        seq: Reading(seq, 1767225600 + 3600 * seq, 1, 0, 1000 * seq, 1000, 3600, seq)
        for seq in range(first, records + 1)
    }
    return Meter("00" * 8, first, records + 1, cursor or records + 1, readings)


def rows(of: Meter) -> list[dict]:
    names = ("seq", "time_s", "odometer_ml", "interval_ml", "battery_mv", "flags")
    more = {"boot": None, "uptime_s": None}
    return [{name: getattr(r, name) for name in names} | more for r in of.readings.values()]


def numbers(of: Meter, received: list[dict], **more) -> dict:
    ml = 1000 * len(of.readings)
    good = {
        "pulses_in": of.pulses,
        "pulses_counted": of.pulses,
        "ml_in": ml,
        "ml_reported": max((row["odometer_ml"] for row in received), default=0),
        "bad_messages": 0,
        "ends_offline": False,
    }
    return {**good, **compare(of, received), **more}


def test_everything_there_is_sound():
    full = meter()
    assert is_sound(numbers(full, rows(full)), 1000)


@pytest.mark.parametrize("missing", [1, 5, 10])
def test_a_record_that_did_not_arrive_is_lost(missing):
    full = meter()
    n = numbers(full, [row for row in rows(full) if row["seq"] != missing])
    assert n["records_lost"] == 1 and not is_sound(n, 1000)


@pytest.mark.parametrize(
    "change",
    [
        {"odometer_ml": 1},
        {"interval_ml": 0},
        {"time_s": 0},
        {"flags": 4},
        {"battery_mv": 1},
        {"seq": 11},
    ],
)
def test_a_record_that_arrived_otherwise_is_wrong(change):
    full = meter()
    received = rows(full)
    received[-1] |= change
    n = numbers(full, received)
    assert n["records_wrong"] == 1 and not is_sound(n, 1000)


def test_waiting_records_are_accounted_for_only_without_a_network():
    part = meter(cursor=7)
    received = rows(part)[:6]
    assert is_sound(numbers(part, received, ends_offline=True), 1000)
    assert not is_sound(numbers(part, received), 1000)


def test_a_record_dropped_before_it_was_sent_is_lost():
    dropped = meter(first=4, cursor=4)
    n = numbers(dropped, [], ends_offline=True)
    assert n["records_lost"] == 3 and not is_sound(n, 1000)


@pytest.mark.parametrize(
    "change",
    [
        {"pulses_counted": 9},
        {"pulses_counted": 11},
        {"ml_reported": 9000},
        {"ml_reported": 10_001},
        {"bad_messages": 1},
    ],
)
def test_water_and_messages_count_too(change):
    full = meter()
    assert not is_sound(numbers(full, rows(full), **change), 1000)
