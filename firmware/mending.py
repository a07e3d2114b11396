"""What follows when the journal can't be opened, or is damaged. Imported only then."""

from firmware.core import event
from firmware.core.errors import TRIES, ConfigError, StorageFault
from firmware.waking import adopt

# So many wakes in a row without a journal, and after it was tried a day of hourly ones more.
_REPAIRS = (TRIES, 27)


def is_due(keeping):
    """Count a wake in which nothing could be stored; True when it was one too many."""
    if keeping.has_failed:
        return False
    keeping.has_failed = True
    state, n = keeping.state, keeping.state.store_faults
    state.store_faults = n + 1 if n < _REPAIRS[1] else _REPAIRS[0] + 1
    return state.store_faults in _REPAIRS


def made_anew(keeping):
    """The new store; StorageFault."""
    keeping.opened, state = None, keeping.state
    faults = state.store_faults
    state.store_faults = max(0, faults - 1)  # a reset in it is no reason to wait for a day
    try:
        keeping.repaired = keeping.repair(state)
    finally:
        state.store_faults = faults
    return keeping.open_store(0, state.storage_faults >= TRIES)


def mend(keeping, damage, is_due):
    """Say it, and when it is due make the journal anew; True when that was done."""
    keeping.say(damage)
    if not is_due:
        return False
    state = keeping.state
    try:
        keeping.opened = made_anew(keeping)
        adopt(state, keeping.opened)
        if state.storage_faults < TRIES:
            state.storage_faults = 0
        keeping.commit()
        keeping.tell_faults(keeping.opened)
        return True
    except (StorageFault, ConfigError, OSError) as fault:
        keeping.say(fault)
        state.storage_faults = TRIES + 1  # what can't be found is passed over
        return False


def tell_faults(keeping, store):
    """As that of Keeping, when there is something to tell."""
    state = keeping.state
    faults = state.store_faults
    is_new = 1 if state.is_new_journal or keeping.repaired else 0
    keeping.note_in(store, event.JOURNAL_FAULT, faults, is_new, keeping.repaired)
    state.store_faults = state.is_new_journal = 0
