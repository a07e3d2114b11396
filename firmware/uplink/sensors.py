"""What Home Assistant is told: docs/platforms.md. In memory only meanwhile."""

from micropython import const

from firmware.core.calendar import utc

_DAY_S = const(86400)

# Kinds of core/column.py.
_WATER = const(1)
_SOLIDS = const(2)
_TURBIDITY = const(3)
_PRODUCT_SOLIDS = const(4)
_CONDUCTIVITY = const(13)
# key in the state, name, device class, unit and exponent of ten, by kind of a quality value.
_MEASURED = {
    _WATER: ("temperature_c", "Water temperature", "temperature", "°C", -2),
    _SOLIDS: ("solids_mg_l", "Dissolved solids", None, "mg/L", -3),
    _PRODUCT_SOLIDS: ("product_mg_l", "Dissolved solids, product", None, "mg/L", -3),
    _TURBIDITY: ("turbidity_ntu", "Turbidity", None, "NTU", -3),
    _CONDUCTIVITY: ("conductivity_us", "Conductivity", "conductivity", "µS/cm", -3),
}
_PINS = (
    ("thermometer_pin", _WATER),
    ("tds_pin", _SOLIDS),
    ("product_tds_pin", _PRODUCT_SOLIDS),
    ("turbidity_pin", _TURBIDITY),
)


def discovery(config, device, topic_of, firmware):
    """The message that makes the meter known. topic_of(name): of the states."""

    def sensor(key, name, device_class, unit, state_class, expires_s, topic):
        found = {
            "p": "sensor",
            "name": name,
            "uniq_id": "%s_%s" % (device, key),
            "stat_t": topic_of(topic),
            "val_tpl": "{{ value_json.%s }}" % key,
        }
        for option, value in (
            ("dev_cla", device_class),
            ("unit_of_meas", unit),
            ("stat_cla", state_class),
            ("exp_aft", expires_s),
        ):
            if value:
                found[option] = value
        return found

    expires_s = max(config.report_s, _DAY_S if config.coarse else 0) * 5 // 2
    parts = {
        "total": sensor("total_l", "Water", "water", "L", "total_increasing", expires_s, "state"),
        "battery": sensor(
            "battery_v", "Battery", "voltage", "V", "measurement", expires_s, "state"
        ),
        "time": sensor("time", "Last reading", "timestamp", None, None, None, "state"),
    }
    for name in ("battery", "time"):
        parts[name]["ent_cat"] = "diagnostic"
    parts["leak"] = sensor("leak", "Leak", "moisture", None, None, None, "status")
    parts["leak"]["p"] = "binary_sensor"
    for kind in _kinds(config) if config.has_probes() else ():
        expires_s = max(expires_s, config.quality_s * 5 // 2)
        key, name, device_class, unit, _ = _MEASURED[kind]
        parts[key] = sensor(key, name, device_class, unit, "measurement", expires_s, "water")
    return {
        "dev": {
            "ids": [device],
            "name": device,
            "mf": "Rill",
            "mdl": "Water meter",
            "sw": firmware,
        },
        "o": {"name": "Rill", "sw": firmware},
        "cmps": parts,
    }


def _kinds(config):
    """Of quality values that this meter has."""
    kinds = [kind for pin, kind in _PINS if getattr(config, pin) >= 0]
    if config.instrument:
        from firmware.core.instruments import INSTRUMENTS

        kinds += [value.kind for value in INSTRUMENTS[config.instrument].values]
    return kinds


def state(newest, offset_ml):
    """The JSON of the newest total, None: there is none to tell."""
    _, reading, dated, _ = newest
    total_ml = reading.odometer_ml + offset_ml
    # A total that falls to 0 is a new meter to it: 0 tells nothing, and is not told.
    if total_ml <= 0:
        return None
    total, battery = _decimal(total_ml, -3), _decimal(reading.battery_mv, -3)
    return '{"total_l":%s,"battery_v":%s,"time":%s}' % (total, battery, _iso(dated[0]))


def water(measured):
    """The JSON of the quality values, None: it knows none of them."""
    parts = []
    for kind, _, value, _, _ in measured[3]:
        if kind in _MEASURED:
            shown = "null" if value is None else _decimal(value, _MEASURED[kind][4])
            parts.append('"%s":%s' % (_MEASURED[kind][0], shown))
    return "{%s}" % ",".join(parts) if parts else None


def _decimal(value, exponent):
    """The digits of value times ten to the exponent; the interpreter's floats have 24 bits."""
    digits = str(abs(value))
    digits = "0" * (1 - exponent - len(digits)) + digits
    return "%s%s.%s" % ("-" if value < 0 else "", digits[:exponent], digits[exponent:])


def _iso(time_s):
    return "null" if time_s is None else '"%04d-%02d-%02dT%02d:%02d:%02d+00:00"' % utc(time_s)
