"""What follows a failure of the link, and how a report ends. In memory only meanwhile."""

import os

from micropython import const

from firmware.core import event, fault, ladder, psm, radio
from firmware.core.backoff import refusal_s, tomorrow_s
from firmware.core.errors import UplinkError
from firmware.hal.line import Line
from firmware.modems import switch
from firmware.spreading import window_s
from firmware.storage.modem_state import ModemState

_RUNGS = const(10)  # of service/acts.py
_SEARCH_MS = const(15)
_DETACH = (("AT+CFUN=0", "any", 6000, 1),)


def climb(modem, error):
    """Choose the rung that is next, or raise the error with how long the meter has to wait."""
    known = ModemState(modem.retained)
    found = error.fault or fault.CLOSED
    most = ladder.SUPPLY
    if modem.config.modem_supply_pin < 0 or known.cycled_day == known.day + 1:
        most = ladder.KEY
    rung = None
    if modem.budget.left_ms() > 0:
        rung = ladder.next_rung(found, modem.tried, most, error.cause)
    signal = "%d dBm, ECL%d" % (known.rsrp_dbm, known.ecl) if known.rsrp_dbm else "no signal yet"
    modem.note(event.LINK, found, error.cause, "rung %d, %s" % (rung or 0, signal))
    known.fault, known.cause, known.rung = found, error.cause & 0xFFFF, rung or 0
    known.keep()
    if rung is None:
        random = int.from_bytes(os.urandom(2), "little")
        if found == fault.BUDGET:
            error.retry_s = tomorrow_s(modem.now_s, window_s(modem.config), random)
        else:
            error.retry_s = refusal_s(modem.failures, found, error.cause, random)
        raise error
    print("%s; rung %d" % (error, rung))
    modem.tried.append(rung)


def end(modem):
    """Leave the modem in power saving, or off; and account for what was spent."""
    known, config, budget = ModemState(modem.retained), modem.config, modem.budget
    budget.end()
    if modem.at is None and modem.lines is None:
        return  # nobody has touched it: how it was left, it is
    periodic_s = None if known.periodic_s < 0 else known.periodic_s
    active_s = None if known.active_s < 0 else known.active_s
    is_kept = not (modem.has_failed or modem.is_cut)
    is_kept = is_kept and psm.is_worth(active_s, periodic_s, config.report_s)
    pins = switch(modem)
    if not modem.has_failed:
        known.fault = known.cause = known.rung = 0
    words = modem.engine().family
    # Over PPP nobody could say that nothing follows.
    rest = words.LET_GO + words.SLEEP if config.link == "ppp" else words.SLEEP
    is_kept = is_kept and _leave(modem, rest)
    if not is_kept:
        # Deaf, with its radio on for hours: where nothing cuts its power, only a pin ends that.
        if not _is_off(modem, words) and config.modem_supply_pin < 0 and _has_managed(pins.reset):
            _is_off(modem, words)
        pins.off()
    known.is_asleep = 1 if is_kept else 0
    for line, is_on in ((config.modem_supply_pin, is_kept), (config.modem_tx_pin, True)):
        if line >= 0:
            Line(line, is_on=is_on).hold()  # or the modem would see a break, or lose its power
    budget.enter(radio.SEARCH)  # so that the phase which ends now is counted
    _account(known, budget.spent_mj(), modem.is_urgent)
    count = modem.retained.count
    count(_RUNGS, len(modem.tried))
    for n, size in enumerate(budget.counts):
        count(_SEARCH_MS + n, size)
    known.keep()


def _is_off(modem, words):
    """Tell it to be; True when it has heard that. Of two commands one may get no answer."""
    is_detached = _leave(modem, _DETACH)
    return _leave(modem, words.OFF) if words.OFF else is_detached


def _leave(modem, steps):
    """True when the modem took the last words."""
    modem.at.forget_restart()
    return _has_managed(lambda: modem.at.run(steps, {}))


def _has_managed(act):
    try:
        act()
    except UplinkError as error:
        print("modem not left as it should be: %s" % error)
        return False
    return True


def _account(known, spent_mj, is_urgent):
    left_mj = max(0, radio.DAY_MJ - known.spent_mj)
    if is_urgent and spent_mj > left_mj:
        known.alarm_mj += spent_mj - left_mj
        spent_mj = left_mj
    known.spent_mj += spent_mj
