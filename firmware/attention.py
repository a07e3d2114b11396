"""Somebody may be there: power has come, or the button is down. The LED says how the meter is, and
there is time for the prompt. docs/field-guide.md has the codes; in memory only meanwhile.
"""

from micropython import const

from board import board
from firmware.hal.line import Input, Line

# A meter that sleeps at once locks its owner out: time for Ctrl-C after power-on.
_START_MS = const(2_000)
# A button, or a magnet at a reed beside it, that is held so long asks for the prompt ...
_HELD_MS = const(3_000)
_WINDOW_MS = const(60_000)  # ... and this is the time for the first key.
_LOOK_MS = const(100)
_FLASH_MS = const(200)
_PAUSE_MS = const(300)
_BLINK_MS = const(500)

# What the LED says: so many flashes. The first that is true counts.
WELL = 1
UNREPORTED = 2  # reports failed, the last one included
LOSING = 3  # the coprocessor does not count in sleep
UNSTORED = 4  # the journal can't be used
REFUSED = 5  # the configuration
CRASHING = 6  # wakes do not come to their end
NEW = 7  # nothing is known: power has come back
_LAME = const(2)  # of state.pace


def code(state):
    """Flashes for a state, None: retained memory has none."""
    if state is None:
        return NEW
    for found, is_so in (
        (CRASHING, state.crashes),
        (LOSING, state.pace == _LAME),
        (UNSTORED, state.store_faults or state.storage_faults),
        (REFUSED, state.refused_crc),
        (UNREPORTED, state.failures),
    ):
        if is_so:
            return found
    return WELL


def attend(cause, clock, retained, version, journal_place):
    """Returns when nobody wants the prompt; KeyboardInterrupt when somebody does."""
    lamp = None if board.LED_PIN is None else Line(board.LED_PIN)
    if lamp:
        _flash(lamp, clock, code(retained.load()))
    if cause == "power_on":
        print("Rill %s water meter. Ctrl-C within 2 s for the prompt." % version)
        print("journal: %s" % journal_place)
        clock.sleep_ms(_START_MS)
    elif _is_held(Input(board.BUTTON_PIN, active_low=True), clock):
        _wait_for_key(lamp, clock)


def _flash(lamp, clock, times):
    for _ in range(times):
        lamp.on()
        clock.sleep_ms(_FLASH_MS)
        lamp.off()
        clock.sleep_ms(_PAUSE_MS)


def _is_held(button, clock):
    began = clock.ticks_ms()
    while button.is_on():
        if clock.elapsed_ms(began) >= _HELD_MS:
            return True
        clock.sleep_ms(_LOOK_MS)
    return False


def _wait_for_key(lamp, clock):
    from firmware.hal.keys import Keys

    print("Service: press a key within 60 s for the prompt.")
    keys, began, looks = Keys(), clock.ticks_ms(), 0
    while clock.elapsed_ms(began) < _WINDOW_MS:
        if keys.pressed():
            raise KeyboardInterrupt
        if lamp and not looks % (_BLINK_MS // _LOOK_MS):
            lamp.off() if lamp.is_on() else lamp.on()
        looks += 1
        clock.sleep_ms(_LOOK_MS)
    if lamp:
        lamp.off()
