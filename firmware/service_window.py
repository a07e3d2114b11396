"""Somebody holds the button: a minute for the first key, which opens the prompt."""

from micropython import const

from board import board
from firmware.hal.keys import Keys
from firmware.hal.line import Line

_WINDOW_MS = const(60_000)
_LOOK_MS = const(100)
_BLINK_LOOKS = const(5)


def run(clock):
    """Returns when nobody comes; KeyboardInterrupt when somebody does."""
    print("Service: press a key within 60 s for the prompt.")
    lamp = None if board.LED_PIN is None else Line(board.LED_PIN)
    keys, began, looks = Keys(), clock.ticks_ms(), 0
    try:
        while clock.elapsed_ms(began) < _WINDOW_MS:
            if lamp and not looks % _BLINK_LOOKS:
                lamp.off() if lamp.is_on() else lamp.on()
            if keys.pressed():
                raise KeyboardInterrupt
            looks += 1
            clock.sleep_ms(_LOOK_MS)
    finally:
        if lamp:
            lamp.off()
