"""What commands have set, over config.json, until a person changes that: docs/commands.md.

commanded.json holds {"crc": of the config.json that it is over, "values": {setting: value}}.
"""

import json
from binascii import crc32

from firmware import config
from firmware.core import event
from firmware.core.command import BAD_ARGUMENT, NOT_POSSIBLE, Refused
from firmware.core.errors import ConfigError

_FILE = "commanded.json"
_MOST_BYTES = 512


def layered(files, found, text, keeping):
    """The configuration found in text with what commands have set; when that is over another
    text, or can't be any more, it ends here with an event.
    """
    news = []
    try:
        crc, values = _load(files)
        if crc == crc32(text):
            return config.parse(text, is_known=True, commanded=values)
        for key, before in values.items():
            after = getattr(found, key)
            if isinstance(after, str):
                before = after = 0
            news.append((event.CONFIG_CHANGED, before, after, key + ", no longer by command"))
    except (ConfigError, AttributeError) as error:
        news.append((event.CONFIG_REFUSED, 0, 0, "by command: %s" % error))
    if all([keeping.note(*one) for one in news]):
        try:
            files.remove(_FILE)
        except OSError as error:
            print("%s not removed: %s" % (_FILE, error))
    return found


def changed(files, key, value):
    """(value before, content of commanded.json with that setting); Refused when it can't be."""
    try:
        found, text, crc = config.load(files, 0)
    except ConfigError as error:
        raise Refused(NOT_POSSIBLE, 0, str(error))
    values: dict = {}
    if files.size(_FILE) is not None:
        try:
            known_crc, known = _load(files)
            values = known if known_crc == crc else values
        except ConfigError as error:
            print(error)  # it is written anew
    before = values.get(key, getattr(found, key))
    values[key] = value
    try:
        config.parse(text, commanded=values)
    except ConfigError as error:
        raise Refused(BAD_ARGUMENT, 0, str(error))
    return before, json.dumps({"crc": crc, "values": values}).encode()


def keep(files, content):
    """All or nothing; OSError."""
    files.replace(_FILE, content)


def _load(files):
    """(CRC, values); ConfigError."""
    content = bytearray(_MOST_BYTES)
    try:
        size = files.read(_FILE, 0, content)
        found = json.loads(bytes(memoryview(content)[:size]))
        return found["crc"], dict(found["values"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError("%s: %s" % (_FILE, error))
