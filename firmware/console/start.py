"""Where the prompt begins: `meter` is ready. Imported only when somebody is there."""

import gc

from micropython import const

from board import board
from firmware.app import journal_place, parts
from firmware.console.session import Session
from firmware.hal.clock import Clock
from firmware.hal.keys import Keys
from firmware.hal.power import Power
from firmware.hal.ticker import Ticker
from firmware.passing import call
from firmware.version import VERSION

_TICK_MS = const(5000)
_GARBAGE_BYTES = const(16_384)  # as in a report: somebody may ask for one


class _Opened:
    """The one Session of this interpreter: two would overwrite what the other counts."""

    session: "Session | None" = None


def opened():
    """The Session; begun when this is the first time that somebody asks."""
    if _Opened.session is None:
        _undisturbed(_open)
    return _Opened.session


def run():
    """Puts `meter` at the prompt, behind a greeting; returns it, too."""
    return _undisturbed(_greet)


def _undisturbed(act):
    """act() to its end: Ctrl-C is pressed more than once by many, and by what is on laptops."""
    keys = Keys()
    keys.hold()
    try:
        return act()
    finally:
        keys.release()


def _open():
    gc.threshold(_GARBAGE_BYTES)
    power = Power(board.BUTTON_PIN, board.ULP_MEASURE)
    about = "%s, %s" % (VERSION, journal_place())
    session = Session(parts(Clock(), power), about)
    session.begin()
    Ticker(_TICK_MS, session.tick)
    _Opened.session = session


def _greet():
    import __main__  # type: ignore[import-not-found]
    from firmware.console.meter import Meter

    if _Opened.session is None:
        _open()
    call("firmware.console.status", "greet", _Opened.session)
    __main__.meter = Meter(_Opened.session)
    return __main__.meter
