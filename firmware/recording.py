"""One reading into the journal, unless the wake before was reset just behind its append."""

from firmware.core import record
from firmware.core.record import Reading

_MOST_INTERVAL_ML = 0xFFFFFFFF  # 4295 m3; the odometer always tells the whole of it


def record_reading(*, store, state, now_s, is_dated, battery_mv, slot_s):
    """Append the state as a reading taken at now_s, True; StorageFault when that failed.

    Its flags leave the state as soon as they are in the journal. False: the slot has one.
    """
    last = store.last_reading()
    reading = Reading(
        time_s=now_s,
        boot=state.boot,
        flags=state.flags if is_dated else state.flags | record.TIME_UNKNOWN,
        odometer_ml=state.odometer_ml,
        interval_ml=_interval_ml(state, last),
        battery_mv=battery_mv,
        pulses=state.pulses,
        count=state.count,
        rest=state.rest,
    )
    if last and _is_recorded(reading, last, state.power_on_epoch_s, slot_s):
        if reading.flags & record.RESET:
            # What the wake before could say is said; that it was reset is not.
            state.flags &= ~last.flags | record.RESET
        return False
    store.journal.append(record.pack(reading))
    state.flags = 0
    return True


def _interval_ml(state, last):
    if last is None:
        # In a replaced journal the whole odometer would look like one hour's water.
        return 0
    return max(0, min(state.odometer_ml - last.odometer_ml, _MOST_INTERVAL_ML))


def _is_recorded(reading, last, power_on_epoch_s, slot_s):
    """True when the slot of `reading` is in the journal already: nothing may be there twice.

    A reading on demand is extra, unless a reset makes the same wake happen again.
    """
    if reading.boot != last.boot:
        return False
    is_again = reading.flags & record.RESET and last.flags & record.ON_DEMAND
    if reading.flags & record.ON_DEMAND and not is_again:
        return False
    last_s = last.time_s
    if last.flags & record.TIME_UNKNOWN and not reading.flags & record.TIME_UNKNOWN:
        last_s += power_on_epoch_s  # the clock was set after it
    return reading.time_s // slot_s == last_s // slot_s
