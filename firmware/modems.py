"""The modem that the configuration names: its data and its pins."""

from firmware.core.errors import ConfigError

_FAMILIES = "firmware.drivers.modem.families."


def family(config):
    """Its data; ConfigError when nobody has written any for a modem of that name."""
    name = config.modem
    if not name or not all(["a" <= one <= "z" or "0" <= one <= "9" for one in name]):
        raise ConfigError("modem is %r, but link %s needs the name of one" % (name, config.link))
    try:
        return __import__(_FAMILIES + name, None, None, (name,))
    except ImportError:
        raise ConfigError("modem is %r, and there is no families/%s.py for that" % (name, name))


def switch(modem):
    """Its pins; what a deep sleep held of them is ours again."""
    from firmware.drivers.modem.switching import Switch
    from firmware.hal.line import Line
    from firmware.storage.modem_state import ModemState

    config = modem.config
    if modem.lines is None:
        is_asleep = bool(ModemState(modem.retained).is_asleep)
        supply = config.modem_supply_pin
        lines = [Line(supply, is_on=is_asleep) if supply >= 0 else None]
        for pin in (config.modem_key_pin, config.modem_reset_pin):
            lines.append(Line(pin) if pin >= 0 else None)
        Line(config.modem_tx_pin, is_on=True)
        modem.lines = lines
    return Switch(modem.engine(), *modem.lines)
