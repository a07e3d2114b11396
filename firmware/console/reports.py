"""A report now, at the prompt. The coprocessor counts on, and the console makes room."""

from micropython import const

from firmware.passing import in_passing

_MEMORY = const(20)  # of core/fault.py, which a report has no room for twice


def report(session):
    """Send what waits, and say how it went."""
    print("Reporting. That takes seconds over Wi-Fi, up to minutes over a modem.")
    is_through, found, cause = sent(session)
    if is_through:
        print("The broker has acknowledged all that waited.")
        return
    from firmware.service.link_faults import sentence

    print(sentence(found, cause) if found else "It failed: the line above says why.")
    print("Nothing is lost: what waits stays in the journal, and is tried again.")


def sent(session, power=None):
    """(True when it is acknowledged, fault, cause of core/fault.py) of a report now.

    power: instead of the board's, for who wants to see what a report does. ConfigError, or
    ValueError.
    """
    config = session.config
    if not config.broker_host:
        raise ValueError('no broker is set: meter.configure(broker_host="mqtt.example.org")')
    session.state.next_report_s = 0  # for whoever waits, a modem has an allowance of its own
    session.take()
    try:
        in_passing(lambda: _report(session, config, power or session.power))
    except MemoryError:
        session.change(session.recall)
        print("Too little memory for a report beside the prompt: meter.sleep(), then it has all.")
        return False, _MEMORY, 0
    session.commit()
    if session.state.restarts:
        print("The head end has commanded a restart: it comes when you leave.")
    from firmware.storage.modem_state import ModemState

    known = ModemState(session.retained)
    return not session.state.failures, known.fault, known.cause


def _report(session, config, power):
    from firmware.reporting import report as report_with
    from firmware.sender import send

    def commit():
        session.use()  # with each acknowledgement: somebody waits for them
        session.commit()

    parts = dict(session.parts)
    parts["power"] = power
    report_with(
        state=session.state,
        config=config,
        power=power,
        retained=session.retained,
        keeping=session.keeping,
        now_s=session.uptime_or_unix_s,
        commit=commit,
        send=lambda *arguments: send(parts, False, *arguments),
    )
