"""One wake: count, record, maybe report, decide when to wake next, sleep.

What could be lost is written before what could fail is begun. Errors of configuration,
storage and uplink end here: the meter goes on counting, and the next record says so.
"""

import sys

from micropython import const

from firmware import counting, looking, planning
from firmware.core import event, record, schedule
from firmware.core.errors import TRIES
from firmware.passing import call, in_passing
from firmware.storage.state import CRASHED, REBOOTING, REPORTING
from firmware.wake import Wake

_CRASH_SLEEP_MS = const(60_000)
# The first sleep of a new counter is short: who fits the meter shall know whether it counts.
_PROOF_S = const(60)
_RESTART_MS = const(1000)
_CRASHED = const(16)  # of state.causes: behind the bits of event.POWER_ON ... BROWN_OUT
_AWAKE = const(4)  # of service/acts.py: of three kinds, the last is all others
_RESETS = ("power_on", "reset", "watchdog")


class Cycle(Wake):
    """The parts of one meter; wired in app.py.

    open_counter(config), report(...), measure(config, when, state, purifier, note),
    meddling(config) and open_purifier() are called only when they are needed, report only by a
    meter that stays awake.
    about: firmware and journal, for the event of each boot.
    """

    def __init__(
        self, *, open_counter, battery, report, measure, meddling, open_purifier, about, **wake
    ):
        super().__init__(**wake)
        self._battery = battery
        self._report_with = report
        self._measure_with = measure
        self._meddling = meddling
        self._open_purifier = open_purifier
        self._purifier = None
        self._columns = b""  # of the probes, in the reading of this wake
        self._about = about
        self._counting = counting.Counting(open_counter)
        self._is_safe = self._is_crowded = False
        self._handed_over = 0  # from the report of this wake, as state.running

    def run(self):
        """Wakes that end in deep sleep, whatever happens; a counter that stays awake goes on."""
        cause = self._power.cause()
        if cause == "restart":
            self._handed_over = self._retained.handed_over()
            if not self._handed_over:
                cause = "reset"  # somebody pressed Ctrl-D
        while True:
            sleep_ms = self._wake(cause)
            if self._handed_over == REBOOTING or self._state and self._state.restarts:
                self._power.reset()
            if not self._counting.stays_awake:
                self._power.deep_sleep_ms(sleep_ms)
            if not self._stay_awake(sleep_ms):
                self._power.deep_sleep_ms(_RESTART_MS)
            cause = "timer"

    def _wake(self, cause):
        """Milliseconds until the next one."""
        try:
            if cause == "restart":
                self._resume()
            else:
                self._begin(cause)
                if self._is_safe or not self._config:
                    planning.let_slot_pass(self._state, self._config, self._now_s())
                else:
                    self._record_and_report(cause)
            sleep_ms = self._plan()
            self._state.running = 0
            self._finish()
            if "boot" in sys.modules:
                sys.modules["boot"]()  # type: ignore[operator] # an update has proved itself
            if self._config and not self._is_safe:
                sleep_ms = planning.sooner_ms(sleep_ms, self._state, self._retained)
            return sleep_ms
        except Exception as crash:  # noqa: BLE001
            # The state still says "running", so the next wake counts this one as a crash.
            sys.print_exception(crash)
            self._counting.hush()
            return _CRASH_SLEEP_MS

    def _begin(self, cause):
        cold = in_passing(lambda: self._recalled(cause))
        kind = ("timer", "ulp", "button", cause).index(cause)
        self._awake = _AWAKE + min(kind, 2)
        self._retained.count(kind)
        now_s = self._now_s()
        self._commit()
        known_crc = self._state.config_crc
        self._configure()
        if cause in _RESETS:
            parts = self._state, self._config, self._keeping.vault.nvs, now_s
            call("firmware.booting", "begin", cause, self._power, *parts)
        # The names of all that only such a wake does stay in memory: the next one looks for leaks.
        self._is_crowded = cold or self._state.config_crc != known_crc
        self._counting.start(self._state, self._config, cause, cold, self._retained)
        self._counting.begin(self._state, self._config)
        self._commit()  # the coprocessor may stop; what it counted until now is safe

    def _recalled(self, cause):
        """True when retained memory knew nothing. From here on the wake counts as running."""
        from firmware.waking import is_safe_mode, state_at_wake

        parts = self._keeping.vault, self._keeping.store
        state, cold = state_at_wake(cause, self._retained, *parts)
        self._know(state)
        # A version on trial does all: the one before may be what crashed.
        self._is_safe = "boot" not in sys.modules and is_safe_mode(state)
        return cold

    def _resume(self):
        """The report of this wake is over, and what it needed has left the memory."""
        self._go_on()
        self._now_s()
        self._configure()
        self._counting.start(self._state, self._config, "restart", False, self._retained)
        if self._handed_over == CRASHED:
            raise RuntimeError("the report crashed")
        self._take_and_commit()  # its pace is judged by sleeps alone

    def _finish(self):
        state, config = self._state, self._config
        wakes, least = planning.allowance(state, config, self._retained, self._now_s())
        if self._is_safe:
            least = 0  # nobody looks
        if wakes is not None:  # once a day
            parts = self._keeping.vault, self._retained, self._commit, state
            counts = self._counting.take(state, config)
            # Who stays awake has no cell that this would be the plan of.
            planned = None if self._is_safe or self._counting.stays_awake else config
            call("firmware.spending", "day", *parts, counts, planned, self._keeping.note)
        if state.starts and not self._is_safe:
            # This is what the next power-on asks: does a wake come to its end here?
            state.starts = 0
            self._keeping.checkpoint()
        if state.flags & record.STORAGE_FAULT and not self._is_safe:
            state.storage_faults += state.storage_faults < TRIES
        self._counting.finish(state, config, self._store_count, self._commit, wakes, least)

    def _store_count(self):
        # In safe mode flash is left alone: whatever crashes may be there.
        if not self._is_safe:
            self._keeping.checkpoint()
        # Also when that failed: a wake for each pulse would help nobody.
        counting.is_stored(self._state)

    def _stay_awake(self, ms):
        """Count until the next wake; False when only a new boot can mend something."""
        from firmware.staying import stay  # of a Hall sensor's board

        try:
            if not self._purifier:
                self._purifier = self._open_purifier()
            stay(
                ms,
                clock=self._clock,
                power=self._power,
                counts=self._counting,
                state=self._state,
                config=self._config,
                purifier=self._purifier,
                look_at_clock=self._now_s,
                commit=self._commit,
                store_count=self._store_count,
            )
        except Exception as crash:  # noqa: BLE001
            sys.print_exception(crash)
            return False
        return not self._state.flags & record.STORAGE_FAULT  # its file system is mounted at boot

    def _take_and_commit(self):
        # A report takes a while, and what PCNT holds is lost with a reset.
        self._counting.take(self._state, self._config)
        self._commit()

    def _record_and_report(self, cause):
        state = self._state
        now = self._when()
        is_slot = self._is_slot(now.time_s)
        if not is_slot and self._has_probes() and looking.is_due(state, self._config, now.time_s):
            parts = state, self._retained, self._config, now
            looking.look(*parts, self._measure, self._keeping.note)
            return
        self._columns = b""
        if is_slot:
            in_passing(lambda: self._keeping.use_once(lambda store: self._record(store, now)))
            state.are_old = 1 if state.column_bytes else 0  # they were of this slot
            # Not from a later "now": the slot that began meanwhile has no record yet.
            state.next_slot_s = schedule.next_slot_s(now.time_s, self._config.slot_s)
            self._commit()
        if not self._is_crowded:
            in_passing(self._look_for_leaks)
        self._tell_beginning(cause)
        is_due = self._now_s() + schedule.EARLY_S >= state.next_report_s
        if self._config.broker_host and is_due:
            if self._counting.stays_awake:
                in_passing(self._report)
            else:
                state.running = REPORTING
                self._commit()
                self._power.restart()

    def _is_slot(self, now_s):
        state = self._state
        return state.flags & record.ON_DEMAND or now_s + schedule.EARLY_S >= state.next_slot_s

    def _measure(self, config, when):
        return self._measure_with(config, when, self._state, self._purifier, self._keeping.note)

    def _has_probes(self):
        return self._config and self._config.has_probes()

    def _look_for_leaks(self):
        from firmware.alarming import Alarming

        state, config = self._state, self._config
        Alarming(state, config, self._retained, self._keeping, self._commit).look(
            self._counting.recent(state),
            self._columns,
            self._battery.read_mv() if config.battery_low_mv else None,
            self._meddling(config) if config.is_guarded() else 0,
        )

    def _record(self, store, now):
        from firmware.recording import freeze_day, record_reading

        state, keeping = self._state, self._keeping
        if self._has_probes():
            looking.ask(state, store.last_reading(), now.time_s)
        has_failed = state.flags & record.COUNTER_FAULT
        self._columns = looking.carried(state, self._retained)
        if record_reading(
            store=store,
            keeping=keeping,
            state=state,
            when=now,
            battery_mv=self._battery.read_mv(),
            slot_s=self._config.slot_s,
            columns=self._columns,
        ):
            counting.is_stored(state)
            keeping.tell_faults(store)
            if has_failed:
                keeping.note(event.COUNTER_FAULT, state.pulses, state.pulses)
        freeze_day(store, state)

    def _tell_beginning(self, cause):
        """An event of each boot that was not the end of a sleep, and of each wake that failed."""
        state, keeping = self._state, self._keeping
        if cause in _RESETS:
            call("firmware.booting", "tell", cause, self._power, state, keeping, self._about)
        elif state.crashes:
            state.causes |= _CRASHED
            keeping.note(event.WAKE_FAILED, 0, state.crashes)

    def _report(self):
        from firmware.reporting import report

        report(
            state=self._state,
            config=self._config,
            power=self._power,
            retained=self._retained,
            keeping=self._keeping,
            now_s=self._now_s,
            commit=self._take_and_commit,
            send=self._report_with,
        )

    def _plan(self):
        """Milliseconds to sleep."""
        planning.follow_clock(self._state, self._config, self._power, self._now_s())
        now_s = self._now_s()
        wakes_s = [self._state.next_slot_s]
        if planning.has_own_wake(self._state, self._config, now_s):
            wakes_s.append(self._state.next_report_s)
        if self._counting.needs_proof(self._state):
            wakes_s.append(now_s + _PROOF_S)
        if self._config and not self._is_safe:
            wakes_s += planning.look_wakes_s(self._state, self._retained, now_s)
        if self._has_probes():
            wakes_s.append(now_s if self._is_slot(now_s) else looking.next_s(self._state))
        time = self._state.time
        sleep_ms = time.sleep_ms(schedule.sleep_ms(time.now_us // 1000, *wakes_s))
        return schedule.within(sleep_ms)  # also when a calibration was wrong
