"""One reading into the journal, unless the wake before was reset just behind its append."""

from micropython import const

from firmware.core import record, schedule
from firmware.core.record import Reading
from firmware.timing import dated

_RECORDS = const(13)  # of service/acts.py
_RECORD_BYTES = const(14)
_MOST_INTERVAL_ML = const(0xFFFFFFFF)  # 4295 m3; the odometer always tells the whole of it


def record_reading(*, store, keeping, state, when, battery_mv, slot_s, columns):
    """Append the state as a reading of now, True; StorageFault when that failed.

    Its flags leave the state as soon as they are in the journal. False: the slot has one.
    The checkpoint comes first, so that it is never older than a record.
    """
    last = store.last_reading()
    reading = Reading(
        time_s=when.time_s,
        boot=state.boot,
        flags=state.flags | when.flags,
        odometer_ml=state.odometer_ml,
        interval_ml=_interval_ml(state, last),
        battery_mv=battery_mv,
        pulses=state.pulses,
        count=state.count,
        rest=state.rest,
        uncertainty_s=when.uncertainty_s,
        era=when.era,
    )
    if last and _is_recorded(state, reading, last, slot_s):
        if reading.flags & record.RESET:
            # What the wake before could say is said; that it was reset is not.
            state.flags &= ~last.flags | record.RESET
        return False
    state.next_seq = store.readings.next_seq + 1  # so it is used, whatever becomes of the record
    keeping.checkpoint()
    body = record.pack(reading, columns)
    keeping.count(_RECORDS)
    keeping.count(_RECORD_BYTES, len(body))
    try:
        store.readings.append(body)
    finally:
        state.next_seq = store.readings.next_seq
        state.segment = store.readings.segments.growing or 0
    state.flags = state.column_bytes = 0
    return True


def freeze_day(store, state):
    """Freeze the newest reading, if it is the first of its day."""
    from firmware.core import freeze

    reading = store.last_reading()
    if reading and not reading.flags & record.TIME_UNKNOWN:
        day = freeze.day_of(reading.time_s)
        if freeze.is_due(day, state.frozen_day):
            store.freezes().keep(reading)
            state.frozen_day = day


def _interval_ml(state, last):
    if last is None:
        # In a replaced journal the whole odometer would look like one hour's water.
        return 0
    return max(0, min(state.odometer_ml - last.odometer_ml, _MOST_INTERVAL_ML))


def _is_recorded(state, reading, last, slot_s):
    """True when the slot of `reading` is in the journal already: nothing may be there twice.

    A reading on demand is extra, unless a reset makes the same wake happen again.
    """
    if reading.boot != last.boot:
        return False
    is_again = reading.flags & record.RESET and last.flags & record.ON_DEMAND
    if reading.flags & record.ON_DEMAND and not is_again:
        return False
    # Both in seconds since power-on, or the last one by the clock of today.
    is_undated = reading.flags & record.TIME_UNKNOWN
    last_s = last.time_s if is_undated else dated(state, last)[0]
    # A clock that was put right by minutes makes a slot's reading an early one, and no other's.
    early_s = schedule.EARLY_S if last.flags & record.ON_DEMAND else slot_s // 8
    return schedule.slot(reading.time_s, slot_s) == schedule.slot(last_s, slot_s, early_s)
