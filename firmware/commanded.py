"""What commands have set, over config.json, until a person changes that: docs/commands.md.

commanded.json holds {"crc": of the config.json that it is over, "values": {setting: value}}.
"""

import json
from binascii import crc32

from micropython import const

from firmware.core import event
from firmware.core.errors import ConfigError
from firmware.core.refusal import BAD_ARGUMENT, NOT_POSSIBLE, Refused

_FILE = const("commanded.json")
_MOST_BYTES = const(512)
# As in the table of config.py.
RANGES = {
    "report_s": (60, 604_800),
    "report_offset_s": (-1, 604_799),
    "slot_s": (60, 3600),
    "burst_l_per_h": (-1, 1_000_000),
    "burst_s": (30, 3600),
    "timezone_min": (-720, 840),
}


def layered(files, found, text, keeping):
    """The configuration found in text with what commands have set; when that is over another
    text, or can't be any more, it ends here with an event.
    """
    news = []
    try:
        crc, values = _load(files)
        if crc == crc32(text):
            from firmware import config

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


def changed(files, config, crc, key, value):
    """(value before, content of commanded.json with that setting); Refused when it can't be.

    config: in force. crc: of the config.json that it is of. The whole table of config.py, which
    has the last word in the next wake, would be too much beside a report.
    """
    values: dict = {}
    try:
        known_crc, known = _load(files) if files.size(_FILE) is not None else (0, {})
        values = known if known_crc == crc else values
    except ConfigError as error:
        print(error)  # it is written anew
    before = values[key] if key in values else getattr(config, key)
    values[key] = value
    _check(config, values, key)
    return before, json.dumps({"crc": crc, "values": values}).encode()


def _check(config, values, key):
    lowest, highest = RANGES.get(key, (0, 0))
    if key in RANGES and not lowest <= values[key] <= highest:
        raise Refused(
            BAD_ARGUMENT,
            0,
            "%s is %d, but must be %d to %d" % (key, values[key], lowest, highest),
        )
    if key == "report_offset_s" and config.link == "wifi":
        raise Refused(NOT_POSSIBLE, 0, "over Wi-Fi a report is at its slot")
    slot_s = values.get("slot_s", config.slot_s)
    if 86400 % slot_s:
        raise Refused(BAD_ARGUMENT, 0, "slot_s is %d, but must divide a day" % slot_s)
    # Not asked for without probes: one of Settings that is not there takes the whole table.
    for other in ("report_s", "quality_s") if config.has_probes() else ("report_s",):
        period_s = values.get(other) or getattr(config, other)
        if period_s % slot_s:
            raise Refused(
                BAD_ARGUMENT,
                0,
                "%s is %d, but must be a multiple of slot_s, %d" % (other, period_s, slot_s),
            )


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
