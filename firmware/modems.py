"""The modem that the configuration names."""

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
