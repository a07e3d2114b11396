"""One wake: count, record, maybe report, decide when to wake next, sleep.

What could be lost is written before what could fail is begun. Errors of configuration,
storage and uplink end here: the meter goes on counting, and the next record says so.
"""

import sys

from micropython import const

from firmware import config
from firmware.core import record, schedule
from firmware.core.errors import ConfigError, StorageFault, UplinkError
from firmware.core.record import Reading
from firmware.core.volume import pulses_between, volume
from firmware.waking import is_safe_mode, state_at_wake

_CRASH_SLEEP_MS = const(60_000)


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
            if not is_safe_mode(self._state):
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
            fresh=self._counter.start(),
            retained=self._retained,
            open_store=self._opened,
        )
        self._state.running = 1
        self._commit()
        self._configure()
        if self._config:
            self._count()
            self._commit()

    def _commit(self):
        self._retained.save(self._state)

    def _now_s(self):
        """Unix seconds, or seconds since power-on until the clock has been set."""
        epoch_s = self._clock.epoch_s()
        return self._clock.uptime_s() if epoch_s is None else epoch_s

    def _configure(self):
        state = self._state
        try:
            self._config, crc = config.load(self._files)
        except ConfigError as refusal:
            print("configuration refused: %s; the last good one stays in force" % refusal)
            state.flags |= record.CONFIG_REFUSED
            self._with_store(self._use_last_good)
            return
        if crc != state.config_crc and self._with_store(self._keep_as_last_good):
            state.config_crc = crc

    def _use_last_good(self, store):
        self._config = config.load_last_good(store.files)

    def _keep_as_last_good(self, store):
        config.keep_as_last_good(self._files, store.files)

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

    def _record_and_report(self):
        if not self._config:
            return  # no pulse weight: the counter keeps the pulses until there is one
        state = self._state
        if state.flags & record.ON_DEMAND or self._now_s() >= state.next_slot_s:
            self._with_store(self._record)
            state.next_slot_s = schedule.next_slot_s(self._now_s(), self._config.slot_s)
            self._commit()
        if self._config.broker_host and self._now_s() >= state.next_report_s:
            self._report()

    def _record(self, store):
        state = self._state
        last = store.last_reading()
        reading = self._reading(last)
        if last and not state.flags & record.ON_DEMAND and self._is_same_slot(reading, last):
            return  # a reset came between the journal and the commit
        store.journal.append(record.pack(reading))
        state.flags = 0

    def _reading(self, last):
        state = self._state
        epoch_s = self._clock.epoch_s()
        return Reading(
            time_s=self._now_s(),
            boot=state.boot,
            flags=state.flags | (record.TIME_UNKNOWN if epoch_s is None else 0),
            odometer_ml=state.odometer_ml,
            interval_ml=state.odometer_ml - (last.odometer_ml if last else 0),
            battery_mv=self._battery.read_mv(),
            pulses=state.pulses,
            count=state.count,
            rest=state.rest,
        )

    def _is_same_slot(self, reading, last):
        slot_s = self._config.slot_s
        return (
            reading.time_s // slot_s == last.time_s // slot_s
            and reading.boot == last.boot
            and not (reading.flags ^ last.flags) & record.TIME_UNKNOWN
        )

    def _report(self):
        state = self._state
        state.failures = min(state.failures + 1, 255)  # until it has succeeded
        self._with_store(self._publish)
        now_s, slot_s, report_s = self._now_s(), self._config.slot_s, self._config.report_s
        if state.failures:
            state.next_report_s = schedule.retry_s(now_s, slot_s, report_s, state.failures)
        else:
            state.next_report_s = schedule.next_slot_s(now_s, report_s)

    def _publish(self, store):
        try:
            self._report_with(self._config, store, self._state, self._commit)
            self._state.failures = 0
        except UplinkError as error:
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
            self._store = self._open_store()
            state = self._state
            if state and state.journal_tag != self._store.tag():
                state.journal_tag = self._store.tag()
                state.cursor_seq = self._store.journal.first_seq()
                state.cursor_segment = state.cursor_offset = 0
        return self._store

    def _plan(self):
        """Milliseconds to sleep. Slots are moved when the clock has been set or stepped."""
        state = self._state
        now_s = self._now_s()
        slot_s = self._config.slot_s if self._config else 3600
        clock_set = 0 if self._clock.epoch_s() is None else 1
        if clock_set != state.clock_set or state.next_slot_s - now_s > slot_s:
            state.clock_set = clock_set
            state.next_slot_s = schedule.next_slot_s(now_s, slot_s)
            if self._config:
                state.next_report_s = schedule.next_slot_s(now_s, self._config.report_s)
        return schedule.sleep_ms(now_s, state.next_slot_s)
