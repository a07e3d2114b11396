"""One wake: count, record, maybe report, decide when to wake next, sleep.

What could be lost is written before what could fail is begun. Errors of configuration,
storage and uplink end here: the meter goes on counting, and the next record says so.
"""

import sys

from micropython import const

from firmware import config, counting
from firmware.core import record, schedule
from firmware.core.errors import ConfigError, StorageFault, UplinkError
from firmware.recording import record_reading
from firmware.waking import adopt, is_safe_mode, state_at_wake

_CRASH_SLEEP_MS = const(60_000)
_SLOT_WITHOUT_CONFIG_S = const(3600)
_BUDGET_PERIOD_S = const(86400)
# The first sleep of a new counter is short: whether it counts in sleep is known while the
# person who fits the meter is still there.
_PROOF_S = const(60)
_LOOK_MS = const(1000)  # of a meter that stays awake
_STORE_MS = const(60_000)  # its sensor may be fast: flash is written each minute at the most
_RESTART_MS = const(1000)


class Cycle:
    """The parts of one meter; wired in app.py.

    open_counter(config), open_store() and report(...) are called only when they are needed.
    """

    def __init__(
        self, *, clock, power, open_counter, battery, retained, files, open_store, report
    ):
        self._clock = clock
        self._power = power
        self._battery = battery
        self._retained = retained
        self._files = files
        self._open_store = open_store
        self._report_with = report
        self._counting = counting.Counting(open_counter)
        self._store = None
        self._state = None
        self._config = None
        self._is_safe = False

    def run(self):
        """Wakes that end in deep sleep, whatever happens, so that there is one; only a counter
        that stays awake lets the next one follow it.
        """
        cause = self._power.cause()
        while True:
            sleep_ms = self._wake(cause)
            if not self._counting.stays_awake:
                self._power.deep_sleep_ms(sleep_ms)
            if not self._stay_awake(sleep_ms):
                self._power.deep_sleep_ms(_RESTART_MS)
            cause = "timer"

    def _wake(self, cause):
        """Milliseconds until the next one."""
        try:
            self._begin(cause)
            self._is_safe = is_safe_mode(self._state)
            if self._is_safe or not self._config:
                self._let_slot_pass()
            else:
                self._record_and_report()
            sleep_ms = self._plan()
            self._state.running = 0
            self._finish()
            return sleep_ms
        except Exception as crash:  # noqa: BLE001
            # Nobody nearer could decide anything. The state still says "running", so the
            # next wake counts this one as a crash; the coprocessor counts on meanwhile.
            sys.print_exception(crash)
            self._counting.hush()
            return _CRASH_SLEEP_MS

    def _begin(self, cause):
        self._state, cold = state_at_wake(
            cause=cause, retained=self._retained, open_store=self._opened
        )
        self._commit()
        self._configure()
        self._counting.start(self._state, self._config, cause, cold, self._retained)
        self._counting.begin(self._state, self._config)
        self._commit()  # the coprocessor may stop; what it counted until now is safe

    def _finish(self):
        state, allowance = self._state, None
        now_s = self._now_s()
        if self._config and not 0 < state.refill_s - now_s <= _BUDGET_PERIOD_S:
            state.refill_s = now_s + _BUDGET_PERIOD_S
            allowance = self._config.wake_budget
        self._counting.finish(state, self._config, self._store_count, self._commit, allowance)

    def _store_count(self):
        # In safe mode flash is left alone: whatever crashes may be there.
        if not self._is_safe:
            self._with_store(self._save_checkpoint)
        # Also when that failed: a wake for each pulse would help nobody.
        counting.is_stored(self._state)

    def _save_checkpoint(self, store):
        store.save_checkpoint(self._state)
        counting.is_stored(self._state)

    def _stay_awake(self, ms):
        """Count until the next wake; False when only a new boot can mend something."""
        try:
            self._count_awake(ms)
        except Exception as crash:  # noqa: BLE001
            sys.print_exception(crash)
            return False
        return not self._state.flags & record.STORAGE_FAULT  # its file system is mounted at boot

    def _count_awake(self, ms):
        began = stored = self._clock.ticks_ms()
        while self._clock.elapsed_ms(began) < ms:
            self._clock.sleep_ms(_LOOK_MS)
            self._power.feed()
            self._counting.take(self._state, self._config)
            self._commit()
            if (
                counting.unstored(self._state) >= self._config.commit_pulses
                and self._clock.elapsed_ms(stored) >= _STORE_MS
            ):
                self._store_count()
                stored = self._clock.ticks_ms()

    def _commit(self):
        self._retained.save(self._state)

    def _take_and_commit(self):
        # A report takes a while, and what PCNT holds is lost with a reset.
        self._counting.take(self._state, self._config)
        self._commit()

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
        turned_back = self._state.flags & record.REVERSE
        if record_reading(
            store=store,
            state=self._state,
            now_s=now_s,
            is_dated=self._clock.epoch_s() is not None,
            battery_mv=self._battery.read_mv(),
            slot_s=self._config.slot_s,
        ):
            if turned_back:
                self._save_checkpoint(store)  # a reading has no place for it
            counting.is_stored(self._state)

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
            self._report_with(self._config, store, self._state, self._take_and_commit)
            self._state.failures = 0
        except (UplinkError, OSError) as error:
            print("report failed, the readings stay in the journal: %s" % error)
        self._save_checkpoint(store)

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
        now_s = self._now_s()
        wakes_s = [self._state.next_slot_s]
        if self._counting.needs_proof(self._state):
            wakes_s.append(now_s + _PROOF_S)
        return schedule.sleep_ms(now_s, *wakes_s)
