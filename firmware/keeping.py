"""What a wake puts on flash. A failure of storage ends here, and the next record says so."""

from micropython import const

from firmware.core import event, record
from firmware.core.errors import TRIES, ConfigError, JournalDamaged, NewerFormat, StorageFault

_CHECKPOINTS = const(12)  # of service/acts.py
_RECORDS = const(13)
_RECORD_BYTES = const(14)

# So many wakes in a row without a journal, and after it was tried a day of hourly ones more.
_REPAIRS = (TRIES, 27)


class Keeping:
    """The journal, opened when it is first needed, and the checkpoint.

    open_store(segment, is_damaged) may raise StorageFault. repair(state) makes a journal anew
    that could not be opened for long and says what it saved; it may raise StorageFault, too.
    """

    def __init__(self, open_store, vault, repair):
        self.vault = vault
        self._open_store = open_store
        self._repair = repair
        self._store = None
        self._state = None
        self._has_failed = False
        self._repaired = ""

    def begin(self, state, commit, when, count):
        """From now on this is what the meter knows. commit() makes it survive a reset, when()
        is the time of now. count(n, size): of retained.py, what is written on flash.
        """
        self._state = state
        self._commit = commit
        self._when = when
        self.count = count

    def goes_on(self):
        """This wake has tried to open the journal before: failing again is not another wake."""
        self._has_failed = self._state.store_faults > 0

    def look_at_clock(self):
        """A link may have taken minutes to come up: the meter's time is that of now again."""
        self._when()

    def store(self):
        """The store; StorageFault."""
        if self._store is None:
            store, state = self._opened(), self._state
            # Without a state, the first steps of this wake adopt the journal themselves.
            if state:
                if state.journal == store.id:
                    store.reserve(state)
                if state.is_blank or state.journal != store.id:
                    from firmware.waking import adopt

                    adopt(state, store)
                    # Before anything is stored: what was added must not be added again.
                    self._commit()
            self._store = store
        return self._store

    def _opened(self):
        state = self._state
        try:
            if not state:
                return self._open_store(0, False)
            # An error, and not damage, is what littlefs gives up at: the last try but to repair.
            is_damaged = max(state.storage_faults, state.store_faults + 1) >= _REPAIRS[0]
            return self._open_store(state.segment, is_damaged)
        except NewerFormat as refusal:
            raise refusal
        except StorageFault as fault:
            if not state or not self._is_to_be_repaired():
                raise fault
            print("the journal is made anew: %s" % fault)
        return self._made_anew()

    def _is_to_be_repaired(self):
        """Count a wake in which nothing could be stored; True when it was one too many."""
        if self._has_failed:
            return False
        self._has_failed = True
        state, n = self._state, self._state.store_faults
        state.store_faults = n + 1 if n < _REPAIRS[1] else _REPAIRS[0] + 1
        return state.store_faults in _REPAIRS

    def _made_anew(self):
        self._store, state = None, self._state
        faults = state.store_faults
        state.store_faults = max(0, faults - 1)  # a reset in it is no reason to wait for a day
        try:
            self._repaired = self._repair(state)
        finally:
            state.store_faults = faults
        return self._open_store(0, state.storage_faults >= TRIES)

    def tell_faults(self, store):
        """An event of wakes without the journal, and of another journal than before.

        As soon as something could be stored.
        """
        state = self._state
        if state.store_faults or state.is_new_journal:
            faults = state.store_faults
            is_new = 1 if state.is_new_journal or self._repaired else 0
            self._note(store, event.JOURNAL_FAULT, faults, is_new, self._repaired)
            state.store_faults = state.is_new_journal = 0

    def use(self, act):
        """act(store); False when storage failed, which the next record will say."""
        try:
            act(self.store())
            return True
        except JournalDamaged as damage:
            return self.mend(damage, self._is_to_be_repaired()) and self.use(act)
        except (StorageFault, ConfigError, OSError) as fault:
            self._say(fault)
            return False

    def use_once(self, act):
        """As use(). The store leaves the memory then, and is opened again when it is needed."""
        self.use(act)
        self._store = None

    def mend(self, damage, is_due):
        """Say it, and when it is due make the journal anew; True when that was done."""
        self._say(damage)
        if not is_due:
            return False
        try:
            from firmware.waking import adopt

            self._store = self._made_anew()
            adopt(self._state, self._store)
            if self._state.storage_faults < TRIES:
                self._state.storage_faults = 0
            self._commit()
            self.tell_faults(self._store)
            return True
        except (StorageFault, ConfigError, OSError) as fault:
            self._say(fault)
            self._state.storage_faults = TRIES + 1  # what can't be found is passed over
            return False

    def _say(self, fault):
        print("storage: %s" % fault)
        self._state.flags |= record.STORAGE_FAULT

    def checkpoint(self):
        """Put the state on flash; False when that failed, which the next record will say."""
        self.count(_CHECKPOINTS)
        try:
            self.vault.save(self._state)
            return True
        except StorageFault as fault:
            print(fault)
            self._state.flags |= record.STORAGE_FAULT
            return False

    def keep(self):
        """Make the state survive resets and losses of power; False as checkpoint()."""
        self._commit()
        return self.checkpoint()

    def note(self, code, before=0, after=0, text=""):
        """Store an event of now; False when that failed."""
        return self.use(lambda store: self._note(store, code, before, after, text))

    def _note(self, store, code, before, after, text):
        state, when = self._state, self._when()
        happened = event.Event(
            code, when.time_s, state.boot, when.flags, when.uncertainty_s, when.era,
            before, after, text,
        )  # fmt: skip
        state.event_next_seq = store.events.next_seq + 1  # used, whatever becomes of the event
        self.checkpoint()
        body = event.pack(happened)
        self.count(_RECORDS)
        self.count(_RECORD_BYTES, len(body))
        try:
            store.events.append(body)
        finally:
            state.event_next_seq = store.events.next_seq
