"""One wake: count, record, maybe report, decide when to wake next, sleep.

What could be lost is written before what could fail is begun. Errors of configuration,
storage and uplink end here: the meter goes on counting, and the next record says so.
"""

import sys

from micropython import const

from firmware import config
from firmware.core import record, schedule
from firmware.core.errors import ConfigError, StorageFault, UplinkError
from firmware.core.volume import pulses_between, volume
from firmware.recording import record_reading
from firmware.waking import adopt, is_safe_mode, state_at_wake

_CRASH_SLEEP_MS = const(60_000)
_SLOT_WITHOUT_CONFIG_S = const(3600)


class Cycle:
    """The parts of one meter for one wake; wired in app.py.

    open_store() and report(...) are called only in the wakes that need them.
    """

    def __init__(self, *, clock, power, counter, battery, retained, files, open_store, report):
        self._clock = clock
        self._power = power
        self._counter = counter
        self._battery = battery
        self._retained = retained
        self._files = files
        self._open_store = open_store
        self._report_with = report
        self._store = None
        self._state = None
        self._config = None

    def run(self):
        """Ends in deep sleep, whatever happens."""
        try:
            self._begin()
            if is_safe_mode(self._state) or not self._config:
                self._let_slot_pass()
            else:
                self._record_and_report()
            sleep_ms = self._plan()
            self._state.running = 0
            self._commit()
        except Exception as crash:  # noqa: BLE001
            # Nobody nearer could decide anything. The state still says "running", so the
            # next wake counts this one as a crash; the coprocessor counts on meanwhile.
            sys.print_exception(crash)
            sleep_ms = _CRASH_SLEEP_MS
        self._power.deep_sleep_ms(sleep_ms)

    def _begin(self):
        self._state = state_at_wake(
            cause=self._power.cause(),
            counter=self._counter,
            retained=self._retained,
            open_store=self._opened,
        )
        self._commit()
        self._configure()
        if self._config:
            self._count()
            self._commit()  # the coprocessor may stop; what it counted until now is safe

    def _commit(self):
        self._retained.save(self._state)

    def _now_s(self):
        """Unix seconds, or seconds since power-on until the clock has been set."""
        epoch_s = self._clock.epoch_s()
        return self._clock.uptime_s() if epoch_s is None else epoch_s

    def _configure(self):
        state = self._state
        try:
            self._config, text, crc = config.load(self._files, state.config_crc)
        except ConfigError as refusal:
            print("configuration refused: %s; the last good one stays in force" % refusal)
            state.flags |= record.CONFIG_REFUSED
            self._with_store(self._use_last_good)
            return
        if crc != state.config_crc and self._with_store(
            lambda store: config.keep_as_last_good(store.files, text)
        ):
            state.config_crc = crc

    def _use_last_good(self, store):
        self._config = config.load_last_good(store.files)

    def _count(self):
        state = self._state
        weight_pulses = self._config.pulse_weight_pulses
        count = self._counter.count()
        pulses = pulses_between(count, state.count)
        rest = state.rest % weight_pulses  # the weight may be another one than last time
        added_ml, state.rest = volume(pulses, rest, self._config.pulse_weight_ml, weight_pulses)
        state.odometer_ml += added_ml
        state.pulses += pulses
        state.count = count

    def _let_slot_pass(self):
        # A slot that is due and stays due would be a sleep of a second, again and again.
        self._state.next_slot_s = schedule.next_slot_s(self._now_s(), self._slot_s())

    def _record_and_report(self):
        state = self._state
        now_s = self._now_s()
        if state.flags & record.ON_DEMAND or now_s >= state.next_slot_s:
            self._with_store(lambda store: self._record(store, now_s))
            # Not from a later "now": the slot that began meanwhile has no record yet.
            state.next_slot_s = schedule.next_slot_s(now_s, self._config.slot_s)
            self._commit()
        if self._config.broker_host and self._now_s() >= state.next_report_s:
            self._report()

    def _record(self, store, now_s):
        record_reading(
            store=store,
            state=self._state,
            now_s=now_s,
            is_dated=self._clock.epoch_s() is not None,
            battery_mv=self._battery.read_mv(),
            slot_s=self._config.slot_s,
        )

    def _report(self):
        state = self._state
        state.failures = min(state.failures + 1, 255)  # until it has succeeded
        self._with_store(self._publish)
        self._follow_clock()
        now_s, slot_s, report_s = self._now_s(), self._config.slot_s, self._config.report_s
        if state.failures:
            state.next_report_s = schedule.retry_s(now_s, slot_s, report_s, state.failures)
        else:
            state.next_report_s = schedule.next_slot_s(now_s, report_s)

    def _publish(self, store):
        try:
            self._report_with(self._config, store, self._state, self._commit)
            self._state.failures = 0
        except (UplinkError, OSError) as error:
            print("report failed, the readings stay in the journal: %s" % error)
        store.save_checkpoint(self._state)

    def _with_store(self, use):
        """Call use(store); False when storage failed, which the next record will say."""
        try:
            use(self._opened())
            return True
        except (StorageFault, ConfigError, OSError) as fault:
            print("storage: %s" % fault)
            self._state.flags |= record.STORAGE_FAULT
            return False

    def _opened(self):
        if self._store is None:
            store = self._open_store()
            # Without a state, the first steps of this wake adopt the journal themselves.
            if self._state and self._state.journal_tag != store.tag():
                adopt(self._state, store)
                self._commit()
            self._store = store
        return self._store

    def _slot_s(self):
        return self._config.slot_s if self._config else _SLOT_WITHOUT_CONFIG_S

    def _follow_clock(self):
        """Move the slots when the clock has been set or stepped, or the periods are new."""
        state = self._state
        now_s, slot_s = self._now_s(), self._slot_s()
        report_s = self._config.report_s if self._config else slot_s
        clock_set = 0 if self._clock.epoch_s() is None else 1
        if clock_set != state.clock_set or state.next_slot_s - now_s > slot_s:
            state.clock_set = clock_set
            state.next_slot_s = schedule.next_slot_s(now_s, slot_s)
            state.next_report_s = schedule.next_slot_s(now_s, report_s)
        elif state.next_report_s - now_s > report_s:
            state.next_report_s = schedule.next_slot_s(now_s, report_s)

    def _plan(self):
        """Milliseconds to sleep."""
        self._follow_clock()
        return schedule.sleep_ms(self._now_s(), self._state.next_slot_s)
