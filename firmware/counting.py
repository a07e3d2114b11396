"""What the counter has counted becomes water, marks and a verdict on the counter itself."""

from micropython import const

from firmware.core import pace, record
from firmware.core.volume import pulses_between, volume
from firmware.passing import in_passing

_UNKNOWN = const(0)
_KEPT = const(1)
_LAME = const(2)
_LONGEST_TICKS = const(0xFFFFFFFF)  # 7 hours; a longer sleep isn't judged
_MARKS = (
    ("chatters", record.CHATTER),
    ("overrates", record.OVERRATE),
    ("bursts", record.BURST),
    ("illegal", record.ILLEGAL),
)


class Counting:
    """The counter of one wake. open_counter(config) may raise OSError: then nothing counts.

    config may be None, when none could be read: then a counter that runs is left as it is, and
    its pulses wait in it.
    """

    def __init__(self, open_counter):
        self._open = open_counter
        self._counter = None

    @property
    def stays_awake(self):
        return bool(self._counter) and self._counter.stays_awake

    def start(self, state, config, cause, cold, retained):
        """See that the counter runs, and that the state says what of it is in the odometer."""
        if self._counter is None:
            try:
                self._counter = self._open(config)
            except OSError as error:
                print("nothing is counted: %s" % error)
                state.flags |= record.COUNTER_FAULT
                return
        # What the counter's memory holds after a loss of power, without a state that goes with
        # it, is of an earlier life. The state is saved before the counter begins: a reset
        # between its first pulse and the next save would leave an older, higher count.
        fresh = cold and cause == "power_on"
        if cold:
            retained.save(state)
        # The program, its loader and what they need are in memory only when it is loaded.
        if in_passing(lambda: self._counter.start(fresh, keep_any=config is None)):
            # Without a look at it before, a reset came in the wake that was to start it.
            if not cold and (state.ticks or self.stays_awake):
                state.flags |= record.COUNTER_FAULT
            begins_at_zero(state)
            return
        if self._counter.was_stopped:
            # A reset has cut a reload short, and the wakes that it might ask for are gone.
            state.flags |= record.COUNTER_FAULT
            state.refill_s = 0
        if cold:
            counts = self._read(state)
            if counts:
                _meet(state, counts)

    def begin(self, state, config):
        """The first look of a wake: what was counted, and whether all of the sleep was."""
        counts = self.take(state, config)
        if counts and counts.ticks is not None:
            _judge_pace(state, counts)

    def take(self, state, config):
        """Add to the state what has been counted since the last time; the counts or None."""
        counts = self._read(state)
        if counts and config is not None:
            _take(state, counts, config)
        return counts

    def _read(self, state):
        if self._counter is None:
            return None
        try:
            return self._counter.read()
        except OSError as error:
            print(error)
            state.flags |= record.COUNTER_FAULT
            return None

    def recent(self, state):
        """Recent of the counter; None when there is none, or it can't be read."""
        if self._counter is None:
            return None
        try:
            return self._counter.recent()
        except OSError as error:
            print(error)
            state.flags |= record.COUNTER_FAULT
            return None

    def finish(self, state, config, store, save, wakes, least):
        """The last look of a wake: whatever comes after it wakes the chip at once.

        store() puts the state on flash, save() into retained memory. wakes: because of marks,
        from now on, None: what is left of them, but at least `least`.
        """
        if self._counter is not None:
            self._counter.allow(wakes, least)  # first: a mark that may wake nobody is seen here
        counts = self.take(state, config)
        if counts and counts.ticks is not None:
            # Awake it runs in any case: only what comes now will be judged.
            state.ticks, state.paced_ticks = counts.ticks, counts.paced_ticks
        if config is not None and unstored(state) >= config.commit_pulses:
            store()
        save()
        if counts is None:
            self.hush()
            return
        is_taken = config is not None
        self._counter.commit(state.stored_count if is_taken else counts.forward + counts.reverse)
        self._counter.heed(counts)
        self._counter.prepare_sleep()

    def hush(self):
        """After a crash: what has been asked for shall not end the pause."""
        if self._counter is not None:
            self._counter.hush()

    def needs_proof(self, state):
        """True until the coprocessor has been seen to count, or not to count, in a sleep."""
        return bool(self._counter) and not self.stays_awake and state.pace == _UNKNOWN


def begins_at_zero(state):
    """The counter was started anew: nothing of what it says has been seen."""
    state.stored_count = -unstored(state) & 0xFFFFFFFF  # what waits for flash waits on
    state.count = state.count_reverse = 0
    state.chatters = state.overrates = state.bursts = state.illegal = 0
    state.ticks = state.paced_ticks = state.pace = 0
    state.refill_s = 0  # it has no wakes to ask for yet


def unstored(state):
    """Pulses that would be lost with the power."""
    return (state.count + state.count_reverse - state.stored_count) & 0xFFFFFFFF


def is_stored(state):
    """All that is counted is on flash now, or as safe as it will be."""
    state.stored_count = (state.count + state.count_reverse) & 0xFFFFFFFF


def _meet(state, counts):
    """The counter runs on from before the state was lost: what of it is new?"""
    if state.is_blank:
        # How much of it is in the odometer, nobody can say.
        state.count = counts.forward
    state.count_reverse = counts.reverse
    for name, _ in _MARKS:
        setattr(state, name, getattr(counts, name) & 0xFFFF)
    is_stored(state)


def _take(state, counts, config):
    """Add the pulses since the last time to the odometer, and what they say of themselves."""
    weight_pulses = config.pulse_weight_pulses
    pulses = pulses_between(counts.forward, state.count)
    rest = state.rest % weight_pulses  # the weight may be another one than last time
    added_ml, state.rest = volume(pulses, rest, config.pulse_weight_ml, weight_pulses)
    state.odometer_ml += added_ml
    state.pulses += pulses
    state.count = counts.forward
    backward = pulses_between(counts.reverse, state.count_reverse)
    if backward:
        state.reverse_pulses = (state.reverse_pulses + backward) & 0xFFFFFFFF
        state.flags |= record.REVERSE
    state.count_reverse = counts.reverse
    for name, flag in _MARKS:
        found = getattr(counts, name) & 0xFFFF
        if found != getattr(state, name):
            state.flags |= flag
            setattr(state, name, found)


def _judge_pace(state, counts):
    elapsed = counts.ticks - state.ticks
    if not state.ticks or not 0 <= elapsed <= _LONGEST_TICKS:
        state.ticks, state.paced_ticks = counts.ticks, counts.paced_ticks
        return
    found = pace.percent(elapsed, counts.paced_ticks - state.paced_ticks)
    if found is None:
        return
    state.ticks, state.paced_ticks = counts.ticks, counts.paced_ticks
    verdict = _KEPT if pace.is_kept(found) else _LAME
    if verdict == _LAME:
        state.flags |= record.COUNTER_FAULT
    if verdict != state.pace:
        from firmware.service import selftest  # said once, so not in every wake's way

        print(selftest.shown(selftest.counter_line(found)))
        if verdict == _LAME:
            # An alarm: water is being lost from now on.
            state.flags |= record.ON_DEMAND
            state.next_report_s = 0
    state.pace = verdict
