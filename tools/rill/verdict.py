"""Was every record that the meter stored delivered once, as it was stored?"""

import json
from dataclasses import dataclass

from rill import packed
from rill.message import Quality

_TIME_UNKNOWN = 1
_DATED_LATER = 64
_OF_READING = ("odometer_ml", "interval_ml", "battery_mv")
_OF_EVENT = ("code", "before", "after", "text")


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
    """What the meter itself holds at the end; readings and events by sequence number."""

    journal: str
    first_seq: int
    next_seq: int
    cursor: int
    pulses: int
    readings: dict[int, Reading]
    event_cursor: int
    next_event: int
    events: dict[int, Event]
    quality: list[tuple]  # (seq, kind, flag, value, uncertainty, raw) of those of its readings

    @classmethod
    def from_dump(cls, text: str) -> "Meter":
        """From what board/dump.py printed."""
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("[")]
        _, journal, first_seq, next_seq, cursor, _, pulses, _, *of_events = lines[0]
        readings = {line[1]: Reading(*line[1:]) for line in lines if line[0] == "readings"}
        events = {line[1]: Event(*line[1:]) for line in lines if line[0] == "events"}
        quality = [tuple(line[1:]) for line in lines if line[0] == "quality"]
        return cls(
            journal, first_seq, next_seq, cursor, pulses, readings, *of_events, events, quality
        )


def compare(meter: Meter, received: list[dict], events: list[dict]) -> dict:
    """The counts of readings (records_...) and events of `rill simulate --json`.

    Lost is what the meter stored once and what is neither at the head end nor still
    waiting in its journal. Wrong is what arrived with another content.
    """
    records = _account(meter.readings, meter.cursor, meter.next_seq, received, _OF_READING)
    told = _account(meter.events, meter.event_cursor, meter.next_event, events, _OF_EVENT)
    return {
        **{f"records_{name}": count for name, count in records.items()},
        **{f"events_{name}": told[name] for name in ("stored", "unique", "lost", "wrong")},
    }


def quality_lost(meter: Meter, received: list[dict]) -> int:
    """How many quality values of acknowledged readings did not arrive as they were stored."""
    arrived = {
        (one["seq"], one["kind"]): Quality(*[one[name] for name in Quality._fields])
        for one in received
    }
    stored = {one[:2]: Quality(*one[1:]) for one in meter.quality if one[0] < meter.cursor}
    return sum(
        key not in arrived or not _is_same_quality(one, arrived[key])
        for key, one in stored.items()
    )


def _is_same_quality(stored: Quality, arrived: Quality) -> bool:
    """True when that is what arrived, at the resolution of an encoding without microvolts."""
    if arrived.raw_uv is not None:
        return arrived == stored
    if (arrived.kind, arrived.flag) != (stored.kind, stored.flag):
        return False
    is_covered = stored.uncertainty <= arrived.uncertainty <= 2 * stored.uncertainty
    if stored.value is None or arrived.value is None:
        return arrived.value is stored.value and is_covered
    step = packed.resolution(stored.kind, arrived.uncertainty)
    return 2 * abs(arrived.value - stored.value) <= step and is_covered


def _account(held: dict, cursor: int, next_seq: int, received: list[dict], names: tuple) -> dict:
    """Of one stream. held: what its journal still has; names: of the values that never change.

    What arrived may have left the journal since then, and what left it before it was sent is
    lost, so the numbers tell what was stored and not what is held.
    """
    arrived = {row["seq"]: row for row in received}
    stored = range(1, next_seq)
    pending = {seq for seq in range(cursor, next_seq) if seq in held}
    lost = [seq for seq in stored if seq not in arrived and seq not in pending]
    wrong = [
        seq for seq, row in arrived.items() if seq in held and not _is_same(held[seq], row, names)
    ]
    return {
        "stored": len(stored),
        "acked": cursor - 1,
        "pending": len(pending),
        "unique": len(arrived),
        "lost": len(lost),
        "wrong": len(wrong) + len(arrived.keys() - set(stored)),
    }


def _is_same(record: Reading | Event, row: dict, names: tuple) -> bool:
    """True when the row is that record; its time may have been put right on the way."""
    if any(row[name] != getattr(record, name) for name in names):
        return False
    if row["flags"] == record.flags & ~_TIME_UNKNOWN | _DATED_LATER:
        return row["time_s"] is not None
    if record.flags & _TIME_UNKNOWN:
        undated = (record.flags, None, record.boot, record.time_s)
        return (row["flags"], row["time_s"], row["boot"], row["uptime_s"]) == undated
    return row["flags"] == record.flags and row["time_s"] == record.time_s


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
        and not numbers["quality_lost"]
    )
