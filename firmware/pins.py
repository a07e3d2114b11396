"""Which pins of the chip are taken, and by what."""

from board import board
from firmware.core.errors import ConfigError

# Flash, the console, and numbers that no ESP32 module has.
_NO_PINS = (1, 3, 6, 7, 8, 9, 10, 11, 20, 24, 28, 29, 30, 31)


def of_the_meter(config):
    """{pin: what has it} of the board and the pulse sensor."""
    used = {
        board.BUTTON_PIN: "the button",
        board.BATTERY_PIN: "the cell's divider",
        config.pulse_pin: "pulse_pin",
    }
    if board.FLUSH_PIN is not None:
        used[board.FLUSH_PIN] = "the flush valve"
    if config.pulse_pin_b >= 0:
        used[config.pulse_pin_b] = "pulse_pin_b"
    return used


def use(used, config, key):
    """Take the pin of that setting, if it has one; ConfigError when it is not to be had."""
    pin = getattr(config, key)
    if pin < 0:
        return
    if pin in _NO_PINS:
        raise ConfigError("%s is %d: flash, console or no pin at all" % (key, pin))
    if pin in used:
        raise ConfigError("%s is %d, which is the pin of %s" % (key, pin, used[pin]))
    used[pin] = key
