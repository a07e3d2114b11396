"""The report of a wake, with the memory to itself: what counts and records is not in it."""

import sys

from micropython import const

from firmware.core import event, record
from firmware.core.errors import TRIES, JournalDamaged, StorageFault, UplinkError
from firmware.passing import call
from firmware.storage.state import CRASHED, REBOOTING, REPORTED
from firmware.wake import Wake

_CRASH_SLEEP_MS = const(60_000)
_REPORTS = const(8)  # of service/acts.py
_FAILED = const(9)


class Reporting(Wake):
    """The second life of a wake. send(config, store, state, keeping, commit) as report.py."""

    def __init__(self, *, send, **wake):
        super().__init__(**wake)
        self._send = send

    def run(self):
        """Ends in a restart; the wake goes on behind it."""
        try:
            self._go_on()
            self._keeping.goes_on()
            self._now_s()
            self._commit()  # running: a reset from here on is one in the report
            self._configure()
            if self._config:
                report(
                    state=self._state,
                    config=self._config,
                    power=self._power,
                    retained=self._retained,
                    keeping=self._keeping,
                    now_s=self._now_s,
                    commit=self._commit,
                    send=self._send,
                )
            self._state.running = REBOOTING if self._state.restarts else REPORTED
        except Exception as crash:  # noqa: BLE001
            # Nobody nearer could decide anything; behind the restart it counts as a crash.
            sys.print_exception(crash)
            if not self._state:
                self._power.deep_sleep_ms(_CRASH_SLEEP_MS)
            self._state.running = CRASHED
        self._commit()
        self._power.restart()


def report(*, state, config, power, retained, keeping, now_s, commit, send):
    """Send what is pending and plan the next report, whatever comes of it.

    now_s() is the meter's time. commit() makes the state survive a reset.
    """
    retained.count(_REPORTS)
    failed = state.failures
    state.failures = min(failed + 1, 255)  # until it has succeeded
    keeping.checkpoint()
    # So the interpreter has its names already: a command may fill the table of them.
    call("firmware.planning", "slot_s", config)
    retry_s = _sent(state, config, keeping, commit, send)
    if state.failures:
        retained.count(_FAILED)
    elif failed:
        keeping.note(event.REPORTS_FAILED, failed)
    keeping.checkpoint()
    from firmware import planning  # now that the buffers of what has sent have left the memory

    due_s = state.next_report_s
    planning.follow_clock(state, config, power, now_s())
    is_urgent = alarm_waits(state, retained)
    planning.after_report(state, config, power, now_s(), retry_s, is_urgent, due_s)


def alarm_waits(state, retained):
    """True while an urgent event of an alarm is not acknowledged."""
    return retained.watch_head()[1] >= state.event_cursor_seq


def _sent(state, config, keeping, commit, send):
    """Seconds after which to try again, 0: it was sent, or the link leaves that to us."""
    store, retry_s = None, 0
    try:
        store = keeping.store()
    except StorageFault as fault:
        print(fault)  # and it is said to the head end
        state.flags |= record.STORAGE_FAULT
    try:
        send(config, store, state, keeping, commit)
        state.failures = 0
        if state.storage_faults < TRIES:
            state.storage_faults = 0
    except JournalDamaged as damage:
        is_due = state.storage_faults + 1 >= TRIES
        call("firmware.mending", "mend", keeping, damage, is_due)
    except StorageFault as fault:
        print(fault)
        state.flags |= record.STORAGE_FAULT
    except UplinkError as error:
        print("report failed, the readings stay in the journal: %s" % error)
        retry_s = error.retry_s
    except OSError as error:
        print("report failed, the readings stay in the journal: %s" % error)
    return retry_s
