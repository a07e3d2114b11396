"""Whether the link that a configuration names is there, and can be connected like that."""

from board import board
from firmware.config import FIELDS
from firmware.core.errors import ConfigError
from firmware.modems import family

_PINS = ("modem_tx_pin", "modem_rx_pin", "modem_supply_pin", "modem_key_pin", "modem_reset_pin")
_FLASH = (6, 7, 8, 9, 10, 11)  # GPIOs to which the ESP32's own flash is connected


def check(config):
    """ConfigError when there is no such link or modem, or a pin is taken."""
    if config.link not in ("wifi", "nbiot", "ppp"):
        raise ConfigError("link is %r, but must be wifi, nbiot or ppp" % config.link)
    for letter in config.apn:
        if not ("a" <= letter.lower() <= "z" or "0" <= letter <= "9" or letter in ".-_"):
            raise ConfigError("apn has %r in it, but only letters, digits, . - and _ go" % letter)
    if config.link == "wifi":
        return
    family(config)
    taken = [board.BUTTON_PIN, board.BATTERY_PIN, config.pulse_pin_b]
    for key, _, _, _ in FIELDS:
        if key.endswith("_pin") and key not in _PINS:
            taken.append(getattr(config, key))
    for name in _PINS:
        pin = getattr(config, name)
        if pin < 0:
            continue
        if pin in taken or pin in _FLASH:
            raise ConfigError("%s is %d, which is taken" % (name, pin))
        taken.append(pin)
