"""config.json at the prompt: shown without secrets, changed as a whole or not at all."""

import json

from micropython import const

from firmware import config as table
from firmware.console.installer import who
from firmware.core.errors import ConfigError

_FILE = "config.json"
_MOST_BYTES = const(2048)  # as config.py reads
# broker_user: for ThingsBoard it is the token that lets in.
SECRETS = ("broker_user", "broker_password", "wifi_password")


def config(session, part):
    """What is set and in force; part: what a key must have in it, then all of these."""
    found, shown = session.config, 0
    for key, default, lowest, highest in table.FIELDS:
        value = getattr(found, key)
        if part not in key or not part and value == default:
            continue
        shown += 1
        if key in SECRETS:
            text = "is set" if value else "is not set"
        elif isinstance(default, str):
            text = '"%s"' % value
        else:
            text = "%d  (%d to %d)" % (value, lowest, highest)
        print("%-24s %s" % (key, text))
    if not shown and part:
        raise ValueError('no setting has "%s" in its name' % part)
    if not part:
        rest = len(table.FIELDS) - shown
        print('%d more have their defaults: meter.config("pulse"), docs/configuration.md' % rest)


def configure(session, changes):
    """Write config.json with these keys changed. ConfigError: nothing is."""
    text = checked(session, changes)
    session.change(lambda: _write(session, text))
    for key in changes:
        print("%s is set, by %s" % (key, session.who))
    if session.state.refused_crc:
        print("but config.json is refused: meter.events() says why")


def checked(session, changes):
    """config.json as it would be with these keys changed. ConfigError: it would be refused."""
    if session.files.size("erasing") is not None:
        raise ConfigError("a meter.erase() has begun and not ended: once more, it goes on")
    values = _read(session.files)
    for key, value in changes.items():
        values[key] = value
    values["changed_by"] = who(session)
    text = json.dumps(values).encode()
    accepted(text)
    return text


def accepted(text):
    """ConfigError when this meter would refuse such a config.json (bytes)."""
    if len(text) > _MOST_BYTES:
        raise ConfigError("config.json would have %d bytes, at most %d" % (len(text), _MOST_BYTES))
    table.parse(text)


def _write(session, text):
    session.take()  # by the old weight
    session.files.replace(_FILE, text)
    session.configure()
    session.commit()


def _read(files):
    """The object in the file, {} when there is none. ConfigError."""
    size = files.size(_FILE)
    if size is None:
        return {}
    text = bytearray(size)
    files.read(_FILE, 0, text)
    try:
        values = json.loads(bytes(text))
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise ConfigError(
            "config.json on the flash is damaged: copy a good one with `mpremote cp`, then go on"
        )
    return values
