"""Whether the link and the profile that a configuration names are there, and fit together."""

from firmware.config import FIELDS
from firmware.core.errors import ConfigError
from firmware.modems import family
from firmware.pins import of_the_meter, use

_PINS = ("modem_tx_pin", "modem_rx_pin", "modem_supply_pin", "modem_key_pin", "modem_reset_pin")


# What may be set as profile: each is a module of uplink, "json" is plain.py.
PROFILES = (
    "json", "packed", "senml", "senml_cbor", "huawei", "thingsboard", "homeassistant",
)  # fmt: skip


def check(config):
    """ConfigError when there is no such link, modem or profile, or a pin is taken."""
    if config.profile not in PROFILES:
        raise ConfigError(
            "profile is %r, but must be one of %s" % (config.profile, ", ".join(PROFILES))
        )
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
