"""Somebody may be there: power has come, or the button is down. In memory only meanwhile, and with
few names: docs/design.md.
"""

from micropython import const

from board import board
from firmware.passing import call

# A meter that sleeps at once locks its owner out: time for Ctrl-C after power-on.
_START_MS = const(2_000)
# A button, or a magnet at a reed beside it, that is held so long asks for the prompt.
_HELD_MS = const(3_000)
_LOOK_MS = const(100)


def run(cause, clock, retained, version, journal_place):
    """Returns when nobody wants the prompt; KeyboardInterrupt when somebody does."""
    if board.LED_PIN is not None:
        call("firmware.lamp", "run", clock, retained.load())
    if cause == "power_on":
        print("Rill %s water meter. Ctrl-C within 2 s for the prompt." % version)
        print("journal: %s" % journal_place)
        clock.sleep_ms(_START_MS)
        return
    from firmware.hal.line import Input

    button, began = Input(board.BUTTON_PIN, active_low=True), clock.ticks_ms()
    while button.is_on():
        if clock.elapsed_ms(began) >= _HELD_MS:
            call("firmware.service_window", "run", clock)
            return
        clock.sleep_ms(_LOOK_MS)
