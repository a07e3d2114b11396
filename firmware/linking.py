"""Whether the link that a configuration names is there, and can be connected like that."""

from firmware.config import FIELDS
from firmware.core.errors import ConfigError
from firmware.modems import family
from firmware.pins import of_the_meter, use

_PINS = ("modem_tx_pin", "modem_rx_pin", "modem_supply_pin", "modem_key_pin", "modem_reset_pin")


def check(config):
    """ConfigError when there is no such link or modem, or a pin is taken."""
    if config.link not in ("wifi", "nbiot", "ppp"):
        raise ConfigError("link is %r, but must be wifi, nbiot or ppp" % config.link)
    for letter in config.apn:
        if not ("a" <= letter.lower() <= "z" or "0" <= letter <= "9" or letter in ".-_"):
            raise ConfigError("apn has %r in it, but only letters, digits, . - and _ go" % letter)
    if config.link != "wifi":
        family(config)
    used = of_the_meter(config)
    for key, _, _, _ in FIELDS:
        if key.endswith("_pin") and key != "pulse_pin" and key not in _PINS:
            use(used, config, key)
    for key in _PINS if config.link != "wifi" else ():
        use(used, config, key)
