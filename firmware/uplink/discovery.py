"""The discovery of Home Assistant: docs/platforms.md. In memory only meanwhile."""

import json

from micropython import const

from firmware.uplink.measured import MEASURED

_DAY_S = const(86400)
# Kinds of core/column.py.
_WATER = const(1)
_SOLIDS = const(2)
_TURBIDITY = const(3)
_PRODUCT_SOLIDS = const(4)
_PINS = (
    ("thermometer_pin", _WATER),
    ("tds_pin", _SOLIDS),
    ("product_tds_pin", _PRODUCT_SOLIDS),
    ("turbidity_pin", _TURBIDITY),
)


def discovery(config, device, topic_of, firmware):
    """The JSON that makes the meter known. topic_of(name): of the states.

    Part by part: all of them as objects are more than there is room for beside TLS.
    """

    def part(name, topic, key, shown, **options):
        found = {
            "p": "sensor",
            "name": shown,
            "uniq_id": "%s_%s" % (device, key),
            "stat_t": topic_of(topic),
            "val_tpl": "{{ value_json.%s }}" % key,
        }
        found.update(options)
        return '"%s":%s,' % (name, json.dumps(found))

    expires_s = max(config.report_s, _DAY_S if config.coarse else 0) * 5 // 2
    parts = [
        part("total", "state", "total_l", "Water", dev_cla="water", unit_of_meas="L",
             stat_cla="total_increasing", exp_aft=expires_s),
        part("battery", "state", "battery_v", "Battery", dev_cla="voltage", unit_of_meas="V",
             stat_cla="measurement", exp_aft=expires_s, ent_cat="diagnostic"),
        part("time", "state", "time", "Last reading", dev_cla="timestamp", ent_cat="diagnostic"),
        part("leak", "status", "leak", "Leak", p="binary_sensor", dev_cla="moisture"),
    ]  # fmt: skip
    for kind in _kinds(config) if config.has_probes() else ():
        expires_s = max(expires_s, config.quality_s * 5 // 2)
        key, shown, device_class, unit, _ = MEASURED[kind]
        options = {"unit_of_meas": unit, "stat_cla": "measurement", "exp_aft": expires_s}
        if device_class:
            options["dev_cla"] = device_class
        parts.append(part(key, "water", key, shown, **options))
    about = {"ids": [device], "name": device, "mf": "Rill", "mdl": "Water meter", "sw": firmware}
    head = json.dumps({"dev": about, "o": {"name": "Rill", "sw": firmware}})
    parts[-1] = parts[-1][:-1] + "}}"
    return "".join([head[:-1], ',"cmps":{'] + parts)


def _kinds(config):
    """Of quality values that this meter has."""
    kinds = [kind for pin, kind in _PINS if getattr(config, pin) >= 0]
    if config.instrument:
        from firmware.core.instruments import INSTRUMENTS

        kinds += [value.kind for value in INSTRUMENTS[config.instrument].values]
    return kinds
