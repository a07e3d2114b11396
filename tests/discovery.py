"""What Home Assistant takes as the discovery of a device, as its documentation has it.

Its own package can't be asked: the newest one for our Python (2024.3.3) does not know the device
form, and later ones want Python 3.12 and more. From home-assistant.io/integrations/mqtt
("MQTT Discovery", "Discovery payload", "Supported abbreviations") and /integrations/sensor.mqtt,
and developers.home-assistant.io/docs/core/entity/sensor, of 2025.4.
"""

import re

import jsonschema

TOPIC = re.compile(r"homeassistant/device/(?:[a-zA-Z0-9_-]+/)?[a-zA-Z0-9_-]+/config")
_LONG = {
    "cmps": "components", "dev": "device", "o": "origin", "p": "platform", "avty": "availability",
    "avty_t": "availability_topic", "dev_cla": "device_class", "ent_cat": "entity_category",
    "exp_aft": "expire_after", "stat_cla": "state_class", "stat_t": "state_topic",
    "uniq_id": "unique_id", "unit_of_meas": "unit_of_measurement", "val_tpl": "value_template",
    "sug_dsp_prc": "suggested_display_precision", "ids": "identifiers", "mf": "manufacturer",
    "mdl": "model", "sw": "sw_version", "frc_upd": "force_update", "e": "encoding",
}  # fmt: skip
_TEXT = {"type": "string", "minLength": 1}
_TOPIC = {"type": "string", "pattern": "^[^+#\\u0000]+$", "maxLength": 65535}
_SENSOR = {
    "type": "object",
    "properties": {
        "platform": {"const": "sensor"},
        "name": _TEXT,
        "unique_id": _TEXT,
        "state_topic": _TOPIC,
        "value_template": {"type": "string", "pattern": r"^\{\{ value_json\.[a-z_]+ \}\}$"},
        "device_class": {"enum": ["water", "voltage", "timestamp", "temperature", "conductivity"]},
        "state_class": {"enum": ["measurement", "total", "total_increasing"]},
        "unit_of_measurement": _TEXT,
        "expire_after": {"type": "integer", "minimum": 1},
        "entity_category": {"const": "diagnostic"},  # a sensor can't be "config"
    },
    "required": ["platform", "name", "unique_id", "state_topic"],
    "additionalProperties": False,
}
# From /integrations/binary_sensor.mqtt: "ON" and "OFF" are its usual payloads.
_BINARY_SENSOR = {
    "type": "object",
    "properties": {
        "platform": {"const": "binary_sensor"},
        **{key: _SENSOR["properties"][key] for key in ("name", "unique_id", "state_topic")},
        "value_template": _SENSOR["properties"]["value_template"],
        "device_class": {"const": "moisture"},
    },
    "required": ["platform", "state_topic"],
    "additionalProperties": False,
}
_DEVICE = {
    "type": "object",
    "properties": {
        "device": {
            "type": "object",
            "properties": {
                "identifiers": {"type": "array", "items": _TEXT, "minItems": 1},
                "name": _TEXT,
                "manufacturer": _TEXT,
                "model": _TEXT,
                "sw_version": _TEXT,
            },
            "required": ["identifiers"],
            "additionalProperties": False,
        },
        "origin": {
            "type": "object",
            "properties": {"name": _TEXT, "sw_version": _TEXT},
            "required": ["name"],
            "additionalProperties": False,
        },
        "components": {
            "type": "object",
            "additionalProperties": {"anyOf": [_SENSOR, _BINARY_SENSOR]},
            "minProperties": 1,
        },
    },
    "required": ["device", "origin", "components"],
    "additionalProperties": False,  # so no availability, either
}
# Of each device class: units, and state classes (None: without).
_CLASSES = {
    "water": ({"CCF", "ft³", "gal", "L", "m³", "MCF"}, {"total", "total_increasing"}),
    "voltage": ({"V", "mV", "µV"}, {"measurement"}),
    "temperature": ({"°C", "°F", "K"}, {"measurement"}),
    "conductivity": ({"S/cm", "mS/cm", "µS/cm"}, {"measurement"}),
    "timestamp": ({None}, {None}),
}


def expanded(found: object) -> object:
    """With the long names of all abbreviated keys."""
    if isinstance(found, dict):
        return {_LONG.get(key, key): expanded(value) for key, value in found.items()}
    return [expanded(one) for one in found] if isinstance(found, list) else found


def check(topic: str, found: dict) -> dict:
    """The components of a discovery; an exception when Home Assistant would refuse it."""
    assert TOPIC.fullmatch(topic), topic
    full = expanded(found)
    jsonschema.validate(full, _DEVICE)
    for key, sensor in full["components"].items():
        if sensor["platform"] == "binary_sensor":
            continue
        unit, state_class = sensor.get("unit_of_measurement"), sensor.get("state_class")
        if "device_class" in sensor:
            units, state_classes = _CLASSES[sensor["device_class"]]
            assert unit in units and state_class in state_classes, key
        else:
            assert unit and state_class == "measurement", key
    ids = [sensor["unique_id"] for sensor in full["components"].values()]
    assert len(set(ids)) == len(ids)
    return full["components"]
