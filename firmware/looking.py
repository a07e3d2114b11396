"""When the probes are read: in a wake of their own, just before the reading that carries it.

Together with the journal, let alone a report, their drivers would take more memory than there is.
"""

from micropython import const

from firmware.core import record, schedule
from firmware.core.seal import SEAL_BYTES

_LEAD_S = const(10)  # before the slot: settling, two conversions of the thermometer, sleep again
_NIGHT_S = const(14_400)  # so long it stood: the first water of a morning is another one


def next_s(state):
    """When to wake for it; 0: now, somebody has asked."""
    return max(0, state.next_quality_s - _LEAD_S)


def is_due(state, config, now_s):
    """now_s: of the meter's clock, which may have been set since it was planned."""
    planned_s = state.next_quality_s
    return not now_s + _LEAD_S < planned_s <= now_s + config.quality_s + _LEAD_S


def look(state, retained, config, now, measure, note):
    """Read the probes; what they say goes into the next reading."""
    is_asked = not state.next_quality_s
    state.next_quality_s = schedule.next_slot_s(now.time_s + _LEAD_S, config.quality_s)
    before = retained.history()
    columns, news = measure(config, now)
    retained.keep_columns(columns)
    state.column_bytes, state.are_old = len(columns), 0
    if not all([note(*one) for one in news]):
        # It is not known yet, and told the next time.
        retained.keep_history(before or bytes(SEAL_BYTES))
    if is_asked and columns:
        state.flags |= record.ON_DEMAND  # and now


def ask(state, last, now_s):
    """Before a reading: the first water after a night asks, and whoever asked for the reading.

    last: the reading before, or None.
    """
    has_flowed = last and state.odometer_ml != last.odometer_ml
    is_morning = has_flowed and now_s - state.flowed_s >= _NIGHT_S
    if has_flowed:
        state.flowed_s = now_s
    if not state.column_bytes and (is_morning or state.flags & record.ON_DEMAND):
        state.next_quality_s = 0


def carried(state, retained):
    """The columns that the next reading carries, packed."""
    columns = retained.columns(state.column_bytes)
    if columns and state.are_old:
        from firmware.core import column  # after a fault of storage, or a reset

        columns = column.pack(column.older(column.unpacked(columns)))
    return columns
