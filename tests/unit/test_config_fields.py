"""Promise: each setting takes what is within its limits, and refuses all else by its name."""

import json

from configs import refused
from expect import expect
from firmware.config import FIELDS, parse
from firmware.core.leaks.names import KINDS

_INSTRUMENT = {"instrument": "sen0710", "instrument_tx_pin": 17, "instrument_rx_pin": 16}
# What must stand beside an extreme value for the whole to fit.
_BESIDE = {
    "pulse_dead_ms": {"pulse_shortest_ms": 250},
    "slot_s": {"report_s": 3600},
    "notice_burst_s": {"alarm_burst_s": 86_400},
    "alarm_burst_s": {"notice_burst_s": 600},
    "report_s": {"slot_s": 60},
    "pulse_shortest_ms": {"pulse_sensor": "electronic"},
    "pulse_stable_us": {"pulse_shortest_ms": 2000},
    "tds_pin": {"tds_switch_pin": 25},
    "product_tds_pin": {"product_tds_switch_pin": 25},
    "tds_switch_pin": {"tds_pin": 36},
    "product_tds_switch_pin": {"product_tds_pin": 36},
    "tds_factor_milli": {"tds_pin": 36, "tds_switch_pin": 25},
    "turbidity_divider_ppm": {"turbidity_pin": 36},
    "quality_s": {"thermometer_pin": 27},
    "instrument_unit": _INSTRUMENT,
    "turbidity_switch_pin": {"turbidity_pin": 36},
    "thermometer_switch_pin": {"thermometer_pin": 27},
    "instrument_tx_pin": {"instrument": "sen0710", "instrument_rx_pin": 16},
    "instrument_rx_pin": {"instrument": "sen0710", "instrument_tx_pin": 17},
    "instrument_direction_pin": _INSTRUMENT,
    "instrument_switch_pin": _INSTRUMENT,
    "cable_low_mv": {"cable_pin": 39, "cable_high_mv": 3000},
    "cable_high_mv": {"cable_pin": 39, "cable_low_mv": 200},
}
# Fields that an instrument must have, and those of another board.
_TDS = ("tds_pin", "product_tds_pin", "tds_switch_pin", "product_tds_switch_pin")
_PINS_NEEDED = ("instrument_tx_pin", "instrument_rx_pin") + _TDS
_OF_A_PURIFIER = ("filter_l", "filter_days")
_LONGEST = {
    "pulse_sensor": "electronic", "water_limits": "gb5749_small", "instrument": "",
    "link": "wifi", "profile": "json",
    "alarms_off": " ".join(KINDS),
}  # fmt: skip


def _with(key, value):
    return json.dumps({key: value}).encode()


def test_an_empty_object_gives_the_defaults():
    taken = parse(b" { } ")
    for key, default, _, _ in FIELDS:
        expect(getattr(taken, key), default)


def test_every_field_refuses_another_type():
    for key, default, _, _ in FIELDS:
        for text in (b"true", b"false", b"null", b"1.0", b"1e5", b"1e999", b"[1]", b'{"a":1}'):
            refused(b'{"%s": %s}' % (key.encode(), text), key)
        refused(_with(key, 5 if isinstance(default, str) else "5"), key, "5")


def test_every_number_refuses_what_is_below_or_above_and_takes_its_limits():
    for key, default, lowest, highest in FIELDS:
        if isinstance(default, str):
            continue
        for value in (lowest - 1, highest + 1, -(1 << 40), 1 << 31, 1 << 32, 10**30):
            refused(_with(key, value), key, value, lowest, highest)
        if key in _TDS:
            expect(getattr(parse(_with(key, lowest)), key), lowest)
        if key in _OF_A_PURIFIER:
            expect(parse(_with(key, lowest)).filter_l, 0)
            refused(_with(key, highest), key, "purifier")
            continue
        for value in (highest,) if key in _PINS_NEEDED else (lowest, highest):
            values = {key: value}
            values.update(_BESIDE.get(key, {}))
            expect(getattr(parse(json.dumps(values).encode()), key), value)


def test_every_text_refuses_one_byte_too_many_and_takes_its_limit():
    for key, default, _, highest in FIELDS:
        if not isinstance(default, str):
            continue
        longest = _LONGEST.get(key, "x" * highest)
        expect(len(longest) == highest or key in _LONGEST, True)
        expect(getattr(parse(_with(key, longest)), key), longest)
        refused(_with(key, "x" * (highest + 1)), key, highest + 1, highest)


def test_a_text_is_measured_in_bytes_because_that_is_what_is_sent():
    refused(b'{"wifi_ssid": "%s"}' % (b"\xc3\xa9" * 17), "wifi_ssid", 34, 32)
    expect(parse(b'{"wifi_ssid": "%s"}' % (b"\xc3\xa9" * 16)).wifi_ssid, "é" * 16)


def test_control_characters_are_refused_in_every_text():
    for key, default, _, _ in FIELDS:
        if isinstance(default, str):
            for code in ("\\u0000", "\\n", "\\u001f", "\\u007f"):
                refused(b'{"%s": "a%s"}' % (key.encode(), code.encode()), key)


def test_a_device_name_goes_into_a_topic_and_nothing_else_goes_into_it():
    for letter in ("/", "+", "#", " ", ".", '"', "é", "ª", "中"):
        refused(_with("device", "a" + letter), "device", "letters, digits, - and _")
    expect(parse(_with("device", "aZ09-_")).device, "aZ09-_")


def test_an_unknown_setting_is_refused_by_name():
    for key in ("slots", "Slot_s", "", "__init__", "é"):
        refused(_with(key, 1), repr(key))
