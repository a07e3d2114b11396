"""A report over a modem, and what is to survive a reset under it."""

from firmware.nbiot import Modem
from firmware.passing import call
from firmware.reporting import alarm_waits


def report(parts, config, state, keeping, publish, may_doze):
    """publish(link, is_short) sends; may_doze as in sender.py. As sender.send()."""
    modem = Modem(
        config=config,
        clock=parts["clock"],
        power=parts["power"],
        retained=parts["retained"],
        note=keeping.note,
        now_s=state.time.now_s(),
        failures=state.failures,
        is_asked=not state.next_report_s,
        is_urgent=alarm_waits(state, parts["retained"]),
        may_doze=may_doze,
    )
    is_through, nvs = False, keeping.vault.nvs
    falls = call("firmware.surviving", "begin", nvs, keeping.note)
    if falls:
        modem.may_doze = False  # it may be what resets the chip
    try:
        modem.report(lambda link: publish(link, bool(falls)))
        is_through = True
    finally:
        call("firmware.surviving", "end", nvs, is_through)
