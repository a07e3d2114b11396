"""What a wake does at its beginning and at its slots, for who stays at the prompt."""

from micropython import const

from firmware import counting
from firmware.console import counter
from firmware.core import schedule
from firmware.passing import call, in_passing

_WATCHDOG_MS = const(3_600_000)  # whoever copies files to the board feeds nothing


def begin(session, about):
    """about: firmware and journal, for the event of a boot."""
    power, keeping = session.power, session.keeping
    cause = power.cause()
    cold = in_passing(lambda: _recalled(session, cause))
    state = session.state
    # A wake that a person ends has not failed, and one at the prompt has come to its end.
    state.running = state.starts = 0
    now_s = session.uptime_or_unix_s()
    session.commit()
    session.configure()
    if cold:
        parts = state, session.config, keeping.vault.nvs, now_s
        call("firmware.booting", "begin", cause, power, *parts)
    if not cold:
        power.watchdog_ms(_WATCHDOG_MS)  # the wake has set a shorter one
    counter.begin(session, cause if cold else "restart", cold)
    session.take()
    if cold:
        call("firmware.booting", "tell", cause, power, state, keeping, about)
    keeping.checkpoint()


def _recalled(session, cause):
    """True when retained memory knew nothing."""
    state = session.retained.load()
    if state is not None:
        session.know(state)
        return False
    from firmware.waking import state_at_wake

    keeping = session.keeping
    state, _ = state_at_wake(
        cause=cause, retained=session.retained, vault=keeping.vault, open_store=keeping.store
    )
    session.know(state)
    return True


def record(session, now):
    """A reading of now into the journal. now: of timing.when()."""
    state, config = session.state, session.config
    in_passing(lambda: session.keeping.use_once(lambda store: _record(session, store, now)))
    state.next_slot_s = schedule.next_slot_s(now.time_s, config.slot_s)
    session.commit()


def _record(session, store, now):
    from firmware.recording import freeze_day, record_reading

    state, keeping = session.state, session.keeping
    if record_reading(
        store=store,
        keeping=keeping,
        state=state,
        when=now,
        battery_mv=session.battery.read_mv(),
        slot_s=session.config.slot_s,
        columns=b"",
    ):
        counting.is_stored(state)
        keeping.tell_faults(store)
    freeze_day(store, state)
