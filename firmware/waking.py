"""The first thing in each wake: what do we know, and did the last wake end well?"""

from micropython import const

from firmware import counting
from firmware.core import record
from firmware.core.errors import StorageFault
from firmware.storage.state import State

_CRASHES_TO_SAFE_MODE = const(3)
_SAFE_WAKES = const(6)  # then everything is tried once more


def state_at_wake(*, cause, retained, open_store):
    """(the meter's state, True when retained memory had none), before anything is counted.

    open_store may raise StorageFault, which costs the history but never the wake.
    """
    state = retained.load()
    cold = state is None
    if cold:
        state = _recovered(open_store)
    elif state.running:
        state.crashes = min(state.crashes + 1, 255)
        state.flags |= record.RESET
    elif state.crashes < _CRASHES_TO_SAFE_MODE:
        state.crashes = 0
    if cold and cause == "power_on":
        counting.begins_at_zero(state)
    if cold or cause == "power_on":
        _power_came(state, open_store)
    if cause == "button":
        state.flags |= record.ON_DEMAND
        state.next_report_s = 0
    state.running = 1
    return state, cold


def is_safe_mode(state):
    """True when this wake shall only count: three wakes in a row did not end well.

    After six such wakes everything is tried again; one more failure begins the next six.
    """
    if state.crashes < _CRASHES_TO_SAFE_MODE:
        return False
    state.crashes += 1
    if state.crashes <= _CRASHES_TO_SAFE_MODE + _SAFE_WAKES:
        return True
    state.crashes = _CRASHES_TO_SAFE_MODE - 1
    return False


def adopt(state, store):
    """Tie the state to a journal that it does not know. StorageFault leaves it as it was.

    A state without a journal began at zero when power came, maybe long before the journal
    could be read: the history goes under what has been counted since.
    """
    if state.journal_tag:  # the journal is new, the history is here
        state.cursor_seq = store.journal.first_seq()
        state.config_crc = 0  # its files have no last good configuration yet
    else:
        known = store.checkpoint()
        boot = known.boot
        last = store.last_reading()
        if last and (not boot or 0 < (last.boot - boot) & 0xFFFF < 0x8000):
            boot = last.boot  # the checkpoint was damaged; a boot number is used once
        newest = _newest(known, last)
        if last or known.pulses:
            state.odometer_ml += newest.odometer_ml
            state.pulses += newest.pulses
            state.rest += newest.rest
            state.flags |= record.POWER_LOST
        state.reverse_pulses = (state.reverse_pulses + known.reverse_pulses) & 0xFFFFFFFF
        state.boot = (state.boot + boot) & 0xFFFF
        state.cursor_seq = known.cursor_seq
    state.cursor_segment = state.cursor_offset = 0
    state.journal_tag = store.tag()


def _recovered(open_store):
    """The state after a loss of retained memory, from the journal and the checkpoint."""
    state = State()
    try:
        store = open_store()
        adopt(state, store)
        known, last = store.checkpoint(), store.last_reading()
    except StorageFault as fault:
        print(fault)
        state.flags |= record.STORAGE_FAULT
        return state
    state.count = _newest(known, last).count
    counting.is_stored(state)
    return state


def _newest(known, last):
    """Checkpoint or last reading (or None): each has odometer_ml, pulses, rest and count."""
    return known if last is None or known.pulses > last.pulses else last


def _power_came(state, open_store):
    state.boot = (state.boot + 1) & 0xFFFF
    state.power_on_epoch_s = state.next_slot_s = state.next_report_s = state.refill_s = 0
    state.clock_set = 0
    state.flags |= record.ON_DEMAND
    if state.pulses:
        state.flags |= record.POWER_LOST
    try:
        open_store().save_checkpoint(state)
    except StorageFault as fault:
        print(fault)
        state.flags |= record.STORAGE_FAULT
