"""The first thing in each wake: what do we know, and did the last wake end well?"""

from micropython import const

from firmware.core import record
from firmware.core.errors import StorageFault
from firmware.storage.state import State

_CRASHES_TO_SAFE_MODE = const(3)
_SAFE_WAKES = const(6)  # then everything is tried once more


def state_at_wake(*, cause, counter, retained, open_store):
    """The meter's state, with what this wake's beginning means for the next record.

    Starts the counter. cause: of the power port; open_store may raise StorageFault, which
    costs the history but never the wake.
    """
    state = retained.load()
    cold = state is None
    if cold:
        state = _recovered(open_store)
        if cause == "power_on":
            state.count = 0
        _power_came(state, open_store)
        # Before the counter begins: a reset between its first pulse and this line would
        # leave a counter at zero and a journal that tells of an older, higher count.
        state.running = 1
        retained.save(state)
    if counter.start():
        state.count = 0
        if not cold:
            _power_came(state, open_store)
    elif cold:
        if not state.journal_tag and cause != "power_on":
            state.count = counter.count()  # how much of it is in the odometer, nobody can say
    elif state.running:
        state.crashes = min(state.crashes + 1, 255)
        state.flags |= record.RESET
    elif state.crashes < _CRASHES_TO_SAFE_MODE:
        state.crashes = 0
    if cause == "button":
        state.flags |= record.ON_DEMAND
        state.next_report_s = 0
    state.running = 1
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


def adopt(state, store):
    """Tie the state to a journal that it does not know. StorageFault leaves it as it was.

    A state without a journal began at zero when power came, maybe long before the journal
    could be read: the history goes under what has been counted since.
    """
    if state.journal_tag:  # the journal is new, the history is here
        state.cursor_seq = store.journal.first_seq()
        state.config_crc = 0  # its files have no last good configuration yet
    else:
        boot, cursor_seq = store.checkpoint()
        last = store.last_reading()
        if last:
            state.odometer_ml += last.odometer_ml
            state.pulses += last.pulses
            state.rest += last.rest
            state.flags |= record.POWER_LOST
            if not boot or 0 < (last.boot - boot) & 0xFFFF < 0x8000:
                boot = last.boot  # the checkpoint was damaged; a boot number is used once
        state.boot = (state.boot + boot) & 0xFFFF
        state.cursor_seq = cursor_seq
    state.cursor_segment = state.cursor_offset = 0
    state.journal_tag = store.tag()


def _recovered(open_store):
    """The state after a loss of retained memory, from the journal and the checkpoint."""
    state = State()
    try:
        store = open_store()
        adopt(state, store)
        last = store.last_reading()
    except StorageFault as fault:
        print(fault)
        state.flags |= record.STORAGE_FAULT
        return state
    if last:
        state.count = last.count
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
