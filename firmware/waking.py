"""The first thing in each wake: what do we know, and did the last wake end well?"""

from micropython import const

from firmware.core import record
from firmware.core.errors import StorageFault
from firmware.storage.state import State

_CRASHES_TO_SAFE_MODE = const(3)
_SAFE_WAKES = const(6)  # then everything is tried once more


def state_at_wake(*, cause, fresh, retained, open_store):
    """The meter's state, with what this wake's beginning means for the next record.

    cause: of the power port; fresh: the counter began at zero just now; open_store may
    raise StorageFault, which costs the history but never the wake.
    """
    state = retained.load()
    cold = state is None
    if cold:
        state = _recovered(open_store)
    if fresh:
        state.count = 0
    if cold or fresh:
        _power_came(state, open_store)
    elif state.running:
        state.crashes = min(state.crashes + 1, 255)
        state.flags |= record.RESET
    elif state.crashes < _CRASHES_TO_SAFE_MODE:
        state.crashes = 0
    if cause == "button":
        state.flags |= record.ON_DEMAND
        state.next_report_s = 0
    return state


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


def _recovered(open_store):
    """The state after a loss of retained memory, from the journal and the checkpoint."""
    state = State()
    try:
        store = open_store()
        state.boot, state.cursor_seq = store.checkpoint()
        state.journal_tag = store.tag()
        last = store.last_reading()
    except StorageFault as fault:
        print(fault)
        state.flags |= record.STORAGE_FAULT
        return state
    if last:
        state.odometer_ml = last.odometer_ml
        state.pulses = last.pulses
        state.rest = last.rest
        state.count = last.count
        state.flags |= record.POWER_LOST
    return state


def _power_came(state, open_store):
    state.boot = (state.boot + 1) & 0xFFFF
    state.power_on_epoch_s = state.next_slot_s = state.next_report_s = 0
    state.clock_set = 0
    state.flags |= record.ON_DEMAND
    if state.pulses:
        state.flags |= record.POWER_LOST
    try:
        open_store().save_checkpoint(state)
    except StorageFault as fault:
        print(fault)
        state.flags |= record.STORAGE_FAULT
