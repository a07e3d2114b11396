"""What a wake puts on flash. A failure of storage ends here, and the next record says so."""

from micropython import const

from firmware.core import event, record
from firmware.core.errors import TRIES, ConfigError, JournalDamaged, NewerFormat, StorageFault

_CHECKPOINTS = const(12)  # of service/acts.py
_RECORDS = const(13)
_RECORD_BYTES = const(14)


class Keeping:
    """The journal, opened when it is first needed, and the checkpoint.

    open_store(segment, is_damaged) may raise StorageFault. repair(state) makes a journal anew
    that could not be opened for long and says what it saved; it may raise StorageFault, too. What
    follows from failures is in mending.py.
    """

    def __init__(self, open_store, vault, repair):
        self.vault = vault
        self.open_store = open_store
        self.repair = repair
        self.opened = None
        self.state = None
        self.has_failed = False
        self.repaired = ""

    def begin(self, state, commit, when, count):
        """From now on this is what the meter knows. commit() makes it survive a reset, when()
        is the time of now. count(n, size): of retained.py, what is written on flash.
        """
        self.state = state
        self.commit = commit
        self._when = when
        self.count = count

    def goes_on(self):
        """This wake has tried to open the journal before: failing again is not another wake."""
        self.has_failed = self.state.store_faults > 0

    def look_at_clock(self):
        """A link may have taken minutes to come up: the meter's time is that of now again."""
        self._when()

    def store(self):
        """The store; StorageFault."""
        if self.opened is None:
            store, state = self._opened(), self.state
            # Without a state, the first steps of this wake adopt the journal themselves.
            if state:
                if state.journal == store.id:
                    store.reserve(state)
                if state.is_blank or state.journal != store.id:
                    from firmware.waking import adopt

                    adopt(state, store)
                    # Before anything is stored: what was added must not be added again.
                    self.commit()
            self.opened = store
        return self.opened

    def _opened(self):
        state = self.state
        try:
            if not state:
                return self.open_store(0, False)
            # An error, and not damage, is what littlefs gives up at: the last try but to repair.
            is_damaged = max(state.storage_faults, state.store_faults + 1) >= TRIES
            return self.open_store(state.segment, is_damaged)
        except NewerFormat as refusal:
            raise refusal
        except StorageFault as fault:
            from firmware import mending  # what a sound journal has no use for

            if not state or not mending.is_due(self):
                raise fault
            print("the journal is made anew: %s" % fault)
        return mending.made_anew(self)

    def tell_faults(self, store):
        """An event of wakes without the journal, or of another journal than before.

        As soon as something could be stored.
        """
        if self.state.store_faults or self.state.is_new_journal:
            from firmware import mending

            mending.tell_faults(self, store)

    def use(self, act):
        """act(store); False when storage failed, which the next record will say."""
        try:
            act(self.store())
            return True
        except JournalDamaged as damage:
            from firmware import mending

            return mending.mend(self, damage, mending.is_due(self)) and self.use(act)
        except (StorageFault, ConfigError, OSError) as fault:
            self.say(fault)
            return False

    def use_once(self, act):
        """As use(). The store leaves the memory then, and is opened again when it is needed."""
        self.use(act)
        self.opened = None

    def say(self, fault):
        """In the next record, too."""
        print("storage: %s" % fault)
        self.state.flags |= record.STORAGE_FAULT

    def checkpoint(self):
        """Put the state on flash; False when that failed, which the next record will say."""
        self.count(_CHECKPOINTS)
        try:
            self.vault.save(self.state)
            return True
        except StorageFault as fault:
            print(fault)
            self.state.flags |= record.STORAGE_FAULT
            return False

    def keep(self):
        """Make the state survive resets and losses of power; False as checkpoint()."""
        self.commit()
        return self.checkpoint()

    def note(self, code, before=0, after=0, text=""):
        """Store an event of now; False when that failed."""
        return self.use(lambda store: self.note_in(store, code, before, after, text))

    def note_in(self, store, code, before, after, text):
        state, when = self.state, self._when()
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
