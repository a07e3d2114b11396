"""The first thing in each wake: what do we know, and did the last wake end well?"""

from micropython import const

from firmware import counting
from firmware.core import event, record
from firmware.core.errors import StorageFault
from firmware.core.timekeeping import Timekeeping
from firmware.passing import call
from firmware.storage.checkpoint import NAMES
from firmware.storage.known import NEW
from firmware.storage.reader import Reader
from firmware.storage.state import State

_CRASHES_TO_SAFE_MODE = const(3)
_SAFE_WAKES = const(6)  # then everything is tried once more


def state_at_wake(cause, retained, vault, open_store):
    """(the meter's state, True when retained memory had none), before anything is counted.

    cause: of power.cause(). vault and open_store may raise StorageFault, which costs history but
    never the wake.
    """
    state = retained.load()
    cold = state is None
    if cold:
        state = _recovered(vault, open_store)
    elif state.running:
        state.crashes = min(state.crashes + 1, 255)
        state.flags |= record.RESET
    elif state.crashes < _CRASHES_TO_SAFE_MODE:
        state.crashes = 0
    if cold and cause == "power_on":
        counting.begins_at_zero(state)
    if cold or cause == "power_on":
        _power_came(state, vault)
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

    A state that began at zero, because the checkpoint was lost, gets what the journal knows
    of earlier added to what has been counted since.
    """
    journal, last = store.readings, store.last_reading()
    if state.is_blank:
        offset_ml, handed_over_ml = _told(store)
        _add(state, last, handed_over_ml)
        state.offset_ml = offset_ml
    if state.journal != store.id:
        state.is_new_journal = 1 if state.journal else state.is_new_journal
        state.cursor_seq, state.next_seq = journal.first_seq(), journal.next_seq
        state.event_cursor_seq = store.events.first_seq()
        state.event_next_seq = store.events.next_seq
        state.again_seq = state.again_end = 0
        state.config_crc = 0  # its files have no last good configuration yet
        state.frozen_day = 0
    state.cursor_segment = state.cursor_offset = 0
    state.event_cursor_segment = state.event_cursor_offset = 0
    state.journal = store.id


def recall(state, known):
    """Let a state that knows no journal go on from what was found of one: storage/nameless.py."""
    for name in ("journal", "cursor_seq", "next_seq", "event_cursor_seq", "event_next_seq"):
        setattr(state, name, getattr(known, name))
    if state.is_blank:
        _add(state, known.last, 0)


def _add(state, last, handed_over_ml):
    """What was counted before to what has been since counting began at zero."""
    state.odometer_ml += max(last.odometer_ml if last else 0, handed_over_ml)
    if last:
        state.pulses += last.pulses
        state.rest += last.rest
        state.boot = (state.boot + last.boot) & 0xFFFF  # a boot number is used once
        state.flags |= record.POWER_LOST
    state.is_blank = 0


def _told(store):
    """(offset of the meter body, odometer of the last hand-over) in mL, as the events say."""
    reader = Reader(store.events, 1)
    offset_ml = handed_over_ml = 0
    while reader.advance():
        try:
            found = event.unpack(reader.body)
        except ValueError:
            continue
        if found.code == event.BODY_READING:
            offset_ml = found.after
        elif found.code == event.HAND_OVER:
            handed_over_ml = found.after
    return offset_ml, handed_over_ml


def _recovered(vault, open_store):
    """The state after a loss of retained memory, from the checkpoint and the journal."""
    state, store = State(), None
    try:
        store = open_store()  # first: an older journal brings its checkpoint with it
    except StorageFault as fault:
        print(fault)
        state.flags |= record.STORAGE_FAULT
    try:
        known = vault.load()
    except StorageFault as fault:
        print(fault)
        state.flags |= record.STORAGE_FAULT
        known = NEW
    for name in NAMES:
        setattr(state, name, getattr(known, name))
    state.count = known.count
    if store:
        try:
            _compare(state, known, store)
        except StorageFault as fault:
            print(fault)
            state.flags |= record.STORAGE_FAULT
    counting.is_stored(state)
    state.thrift = call("firmware.storage.cell", "level", vault.nvs)
    return state


def _compare(state, known, store):
    """Take what the journal knows better than the checkpoint."""
    last = store.last_reading()
    newest = last if last and last.pulses > known.pulses else known
    if not state.is_blank:
        # The checkpoint is written before each record; it is older only when damaged.
        state.odometer_ml, state.pulses = newest.odometer_ml, newest.pulses
        state.rest = newest.rest
    if known.journal == store.id:
        store.reserve(known)
    adopt(state, store)
    state.count = newest.count


def _power_came(state, vault):
    if state.boot:
        state.flags |= record.POWER_LOST
    state.boot = (state.boot + 1) & 0xFFFF
    state.time = Timekeeping()  # its slow clock began anew
    state.clock_set = 0
    state.starts = min(state.starts + 1, 255)
    if state.starts > _CRASHES_TO_SAFE_MODE:
        # Power went again and again before a wake had ended: what does it may be what we do.
        state.crashes = _CRASHES_TO_SAFE_MODE + _SAFE_WAKES - 1  # one wake that only counts
    state.next_slot_s = state.next_report_s = state.refill_s = 0
    state.flags |= record.ON_DEMAND
    try:
        vault.save(state)
    except StorageFault as fault:
        print(fault)
        state.flags |= record.STORAGE_FAULT
