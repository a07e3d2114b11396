"""Promise: the verdict of a simulation is not kinder than the facts."""

from dataclasses import replace

import pytest

from rill.verdict import Event, Meter, Reading, compare, is_sound, quality_lost

_VALUES = [(2, 1, 0, 1425, 50, 0), (2, 2, 3, None, 9000, 4000), (9, 2, 0, 210, 9, 470)]


def meter(records=10, cursor=None, first=1) -> Meter:
    readings = {
        seq: Reading(seq, 1767225600 + 3600 * seq, 1, 0, 1000 * seq, 1000, 3600, seq)
        for seq in range(first, records + 1)
    }
    events = {seq: Event(seq, 1, 0, 1, 0, 2, 0, 0, seq, "x") for seq in (1, 2, 3)}
    cursor = cursor or records + 1
    return Meter("00" * 8, first, records + 1, cursor, records, readings, 3, 4, events, _VALUES)


def rows(of: Meter) -> list[dict]:
    return _rows(of.readings, "odometer_ml", "interval_ml", "battery_mv")


def event_rows(of: Meter) -> list[dict]:
    return _rows(of.events, "code", "before", "after", "text")


def _rows(records: dict, *names: str) -> list[dict]:
    names += ("seq", "time_s", "flags")
    more = {"boot": None, "uptime_s": None}
    return [{name: getattr(r, name) for name in names} | more for r in records.values()]


def numbers(of: Meter, received: list[dict], events: list[dict] | None = None, **more) -> dict:
    ml = 1000 * len(of.readings)
    good = {
        "pulses_in": of.pulses,
        "pulses_counted": of.pulses,
        "ml_in": ml,
        "ml_reported": max((row["odometer_ml"] for row in received), default=0),
        "bad_messages": 0,
        "ends_offline": False,
        "quality_lost": 0,
    }
    events = event_rows(of) if events is None else events
    return {**good, **compare(of, received, events), **more}


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


def test_an_event_that_was_acknowledged_counts_like_a_reading():
    full = meter()
    assert is_sound(numbers(full, rows(full), event_rows(full)[:2]), 1000)  # the third waits
    n = numbers(full, rows(full), event_rows(full)[1:])
    assert n["events_lost"] == 1 and not is_sound(n, 1000)
    n = numbers(full, rows(full), [event_rows(full)[0] | {"after": 9}, *event_rows(full)[1:]])
    assert n["events_wrong"] == 1 and not is_sound(n, 1000)


def test_events_that_arrived_may_leave_the_journal():
    """A long run with many events is sound: the ring drops what the head end has."""
    full = meter()
    kept = replace(full, events={3: full.events[3]})
    n = numbers(kept, rows(kept), event_rows(full))
    assert (n["events_stored"], n["events_unique"]) == (3, 3) and is_sound(n, 1000)


def test_an_event_dropped_before_it_was_sent_is_lost():
    """That the journal was full excuses no event, whether the cursor has passed it or not."""
    full = meter()
    for cursor in (1, 3):
        dropped = replace(full, events={3: full.events[3]}, event_cursor=cursor)
        n = numbers(dropped, rows(dropped), event_rows(full)[1:2])
        assert n["events_lost"] == 1 and not is_sound(n, 1000)


@pytest.mark.parametrize(
    "change",
    [{"code": 2}, {"before": 1}, {"text": "y"}, {"time_s": 5}, {"flags": 1}, {"seq": 4}],
)
def test_an_event_that_arrived_otherwise_is_wrong(change):
    """An event is compared as strictly as a reading, its time too."""
    full = meter()
    received = event_rows(full)
    received[-1] |= change
    n = numbers(full, rows(full), received)
    assert n["events_wrong"] == 1 and not is_sound(n, 1000)


def test_a_reading_may_come_with_a_better_time():
    full = meter()
    received = rows(full)
    received[3] |= {"time_s": 5, "flags": 64}
    assert is_sound(numbers(full, received), 1000)
    received[3] |= {"time_s": None}
    assert numbers(full, received)["records_wrong"] == 1


def test_a_quality_value_that_is_missing_or_another_one_is_lost():
    full = meter()
    names = ("seq", "kind", "flag", "value", "uncertainty", "raw_uv")
    arrived = [dict(zip(names, values, strict=True)) for values in _VALUES]
    assert quality_lost(full, arrived) == 0
    assert quality_lost(full, arrived[1:]) == 1
    assert quality_lost(replace(full, cursor=9), arrived[:2]) == 0  # it waits in the journal
    for name in names[1:]:
        other = [arrived[0], arrived[1], arrived[2] | {name: 7}]
        assert quality_lost(full, other) == 1
    n = numbers(full, rows(full))
    assert is_sound(n, 1000) and not is_sound(n | {"quality_lost": 1}, 1000)
