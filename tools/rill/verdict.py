"""Was every record that the meter stored delivered once, as it was stored?"""

import json
from dataclasses import dataclass

_TIME_UNKNOWN = 1
_DATED_LATER = 64


@dataclass(frozen=True)
class Reading:
    """A reading as it lies in the meter's journal: docs/record-format.md."""

    seq: int
    time_s: int
    boot: int
    flags: int
    odometer_ml: int
    interval_ml: int
    battery_mv: int
    pulses: int


@dataclass(frozen=True)
class Event:
    """An event as it lies in the meter's journal."""

    seq: int
    code: int
    time_s: int
    boot: int
    flags: int
    uncertainty_s: int
    era: int
    before: int
    after: int
    text: str


@dataclass(frozen=True)
class Meter:
    """What the meter itself holds at the end; readings by sequence number."""

    journal: str
    first_seq: int
    next_seq: int
    cursor: int
    pulses: int
    readings: dict[int, Reading]
    event_cursor: int
    events: dict[int, Event]

    @classmethod
    def from_dump(cls, text: str) -> "Meter":
        """From what board/dump.py printed."""
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("[")]
        _, journal, first_seq, next_seq, cursor, _, pulses, _, event_cursor, _ = lines[0]
        readings = {line[1]: Reading(*line[1:]) for line in lines if line[0] == "readings"}
        events = {line[1]: Event(*line[1:]) for line in lines if line[0] == "events"}
        return cls(journal, first_seq, next_seq, cursor, pulses, readings, event_cursor, events)


def compare(meter: Meter, received: list[dict], events: list[dict]) -> dict:
    """The record counts of `rill simulate --json`.

    Lost is what the meter stored once and what is neither at the head end nor still
    waiting in its journal. Wrong is what arrived with another content.
    """
    arrived = {row["seq"]: row for row in received}
    stored = range(1, meter.next_seq)
    pending = {seq for seq in range(meter.cursor, meter.next_seq) if seq in meter.readings}
    lost = [seq for seq in stored if seq not in arrived and seq not in pending]
    wrong = [
        seq
        for seq, row in arrived.items()
        if seq in meter.readings and not _is_same(meter.readings[seq], row)
    ]
    return {
        "records_stored": len(stored),
        "records_acked": meter.cursor - 1,
        "records_pending": len(pending),
        "records_unique": len(arrived),
        "records_lost": len(lost),
        "records_wrong": len(wrong) + len(arrived.keys() - set(stored)),
        **_compare_events(meter, events),
    }


def _compare_events(meter: Meter, received: list[dict]) -> dict:
    arrived = {row["seq"]: row for row in received}
    names = ("code", "before", "after", "text")
    wrong = [
        seq
        for seq, row in arrived.items()
        if seq not in meter.events
        or any(row[name] != getattr(meter.events[seq], name) for name in names)
    ]
    lost = [seq for seq in meter.events if seq < meter.event_cursor and seq not in arrived]
    return {
        "events_stored": len(meter.events),
        "events_unique": len(arrived),
        "events_lost": len(lost),
        "events_wrong": len(wrong),
    }


def _is_same(reading: Reading, row: dict) -> bool:
    """True when the row is that reading; its time may have been put right on the way."""
    for name in ("odometer_ml", "interval_ml", "battery_mv"):
        if row[name] != getattr(reading, name):
            return False
    if row["flags"] == reading.flags & ~_TIME_UNKNOWN | _DATED_LATER:
        return row["time_s"] is not None
    if reading.flags & _TIME_UNKNOWN:
        undated = (reading.flags, None, reading.boot, reading.time_s)
        return (row["flags"], row["time_s"], row["boot"], row["uptime_s"]) == undated
    return row["flags"] == reading.flags and row["time_s"] == reading.time_s


def is_sound(numbers: dict, pulse_ml: int) -> bool:
    """True when every pulse and every record is accounted for.

    Records that wait in the journal are, when the run ended without a network.
    """
    if numbers["records_pending"]:
        arrived = numbers["ends_offline"]
    else:
        arrived = 0 <= numbers["ml_in"] - numbers["ml_reported"] < pulse_ml
    return (
        arrived
        and numbers["pulses_in"] == numbers["pulses_counted"]
        and not numbers["records_lost"]
        and not numbers["records_wrong"]
        and not numbers["events_lost"]
        and not numbers["events_wrong"]
        and not numbers["bad_messages"]
    )
