"""The LED says how the meter is, when power comes and when the button is pressed.

docs/field-guide.md has the codes: so many flashes.
"""

from micropython import const

from board import board
from firmware.hal.line import Line

# The last that is true counts; a test compares them with the guide.
CODES = (
    "new: nothing is known, power has come back",
    "well",
    "reports fail, the last one included",
    "the coprocessor does not count in sleep: water is lost",
    "the journal can't be used",
    "the configuration is refused, or there is none",
    "wakes do not come to their end",
)
_WELL = const(1)
_LAME = const(2)  # of state.pace
_FLASH_MS = const(200)
_PAUSE_MS = const(300)
_LONG_MS = const(1500)


def run(clock, state):
    """One long flash for the first of CODES, else as many short ones as its place."""
    lamp, times = Line(board.LED_PIN), code(state)
    for _ in range(max(1, times)):
        lamp.on()
        try:
            clock.sleep_ms(_FLASH_MS if times else _LONG_MS)
        finally:
            lamp.off()
        clock.sleep_ms(_PAUSE_MS)


def code(state):
    """The place in CODES. state: None when retained memory has none."""
    if state is None:
        return 0
    is_so = (
        state.failures,
        state.pace == _LAME,
        state.store_faults or state.storage_faults,
        state.refused_crc,
        state.crashes,
    )
    for n in range(len(is_so) - 1, -1, -1):
        if is_so[n]:
            return _WELL + 1 + n
    return _WELL
