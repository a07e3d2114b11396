"""Promise: a file that is not right is refused with one sentence; what passes is right."""

import json
import random

from expect import expect, expect_raises
from firmware import config
from firmware.config import FIELDS, checked, parse
from firmware.core.errors import ConfigError
from firmware.core.leaks.names import KINDS
from firmware.settings import Settings
from ports import FakeFiles

_GOOD = (
    b'{"device": "meter-1", "pulse_weight_ml": 10000, "slot_s": 900, "report_s": 3600,'
    b' "broker_host": "10.0.0.1", "broker_port": 1884, "broker_password": "a\\"b\\\\,:{}",'
    b' "message_bytes": 512, "wifi_ssid": "caf\xc3\xa9", "pulse_sensor": "electronic",'
    b' "pulse_pin_b": -1, "pulse_shortest_ms": 10, "wake_budget": 0}'
)
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


def _refused(text, *named):
    """The sentence that refuses the text; it names all of these."""
    sentence = str(expect_raises(ConfigError, parse, text))
    for name in named:
        if str(name) not in sentence:
            raise AssertionError("%r does not name %r" % (sentence, name))
    return sentence


def _with(key, value):
    return json.dumps({key: value}).encode()


def test_a_good_file_is_taken_as_it_is():
    taken = parse(_GOOD)
    expect(taken.device, "meter-1")
    expect((taken.pulse_weight_ml, taken.pulse_weight_pulses), (10_000, 1))
    expect((taken.broker_host, taken.broker_port), ("10.0.0.1", 1884))
    expect(taken.broker_password, 'a"b\\,:{}')
    expect(taken.wifi_ssid, "café")
    expect((taken.pulse_sensor, taken.pulse_shortest_ms), ("electronic", 10))


def test_an_empty_object_gives_the_defaults():
    taken = parse(b" { } ")
    for key, default, _, _ in FIELDS:
        expect(getattr(taken, key), default)


def test_every_field_refuses_another_type():
    for key, default, _, _ in FIELDS:
        for text in (b"true", b"false", b"null", b"1.0", b"1e5", b"1e999", b"[1]", b'{"a":1}'):
            _refused(b'{"%s": %s}' % (key.encode(), text), key)
        _refused(_with(key, 5 if isinstance(default, str) else "5"), key, "5")


def test_every_number_refuses_what_is_below_or_above_and_takes_its_limits():
    for key, default, lowest, highest in FIELDS:
        if isinstance(default, str):
            continue
        for value in (lowest - 1, highest + 1, -(1 << 40), 1 << 31, 1 << 32, 10**30):
            _refused(_with(key, value), key, value, lowest, highest)
        if key in _TDS:
            expect(getattr(parse(_with(key, lowest)), key), lowest)
        if key in _OF_A_PURIFIER:
            expect(parse(_with(key, lowest)).filter_l, 0)
            _refused(_with(key, highest), key, "purifier")
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
        _refused(_with(key, "x" * (highest + 1)), key, highest + 1, highest)


def test_a_text_is_measured_in_bytes_because_that_is_what_is_sent():
    _refused(b'{"wifi_ssid": "%s"}' % (b"\xc3\xa9" * 17), "wifi_ssid", 34, 32)
    expect(parse(b'{"wifi_ssid": "%s"}' % (b"\xc3\xa9" * 16)).wifi_ssid, "é" * 16)


_NBIOT = {"link": "nbiot", "modem": "bc66", "apn": "iot.rill-1_x", "modem_key_pin": 4}


def test_a_link_that_is_not_there_or_can_not_be_connected_is_refused():
    expect(parse(json.dumps(_NBIOT).encode()).modem, "bc66")
    for change, named in (
        ({"link": "lora"}, ("link", "lora", "nbiot")),
        ({"profile": "telnet"}, ("profile", "telnet", "json")),
        ({"modem": ""}, ("modem",)),
        ({"modem": "bc99"}, ("modem", "bc99")),
        ({"modem": "../x"}, ("modem", "../x")),
        ({"apn": 'a"b'}, ("apn", '"')),
        ({"modem_key_pin": 17}, ("modem_key_pin", 17)),
        ({"modem_rx_pin": 32}, ("modem_rx_pin", 32)),
        ({"modem_tx_pin": 0}, ("modem_tx_pin", 0)),
        ({"modem_reset_pin": 6}, ("modem_reset_pin", 6)),
        ({"thermometer_pin": 4}, ("modem_key_pin", 4)),
    ):
        values = dict(_NBIOT)
        values.update(change)
        _refused(json.dumps(values).encode(), *named)


def test_switches_that_tell_of_tampering_need_pins_of_their_own():
    fitted = {"magnet_pin": 4, "case_pin": 13, "cable_pin": 39}
    taken = parse(json.dumps(fitted).encode())
    expect((taken.is_guarded(), parse(b"{}").is_guarded()), (True, False))
    for change, named in (
        ({"magnet_pin": 13}, ("case_pin", 13, "magnet_pin")),
        ({"case_pin": 32}, ("case_pin", 32, "pulse_pin")),
        ({"magnet_pin": 0}, ("magnet_pin", "button")),
        ({"magnet_pin": 6}, ("magnet_pin", "flash")),
        ({"magnet_pin": 34}, ("magnet_pin", 34, 33)),
        ({"cable_pin": 27}, ("cable_pin", 27, "ADC2")),
        ({"cable_pin": 35}, ("cable_pin", 35, "divider")),
        ({"cable_pin": -1, "cable_low_mv": 900}, ("cable_low_mv", "cable_pin")),
        ({"cable_low_mv": 2300}, ("cable_low_mv", 2300, "cable_high_mv")),
        ({"thermometer_pin": 4}, ("magnet_pin", 4, "thermometer_pin")),
        ({"link": "nbiot", "modem": "bc66", "modem_key_pin": 4}, ("modem_key_pin", 4)),
    ):
        values = dict(fitted)
        values.update(change)
        _refused(json.dumps(values).encode(), *named)


def test_control_characters_are_refused_in_every_text():
    for key, default, _, _ in FIELDS:
        if isinstance(default, str):
            for code in ("\\u0000", "\\n", "\\u001f", "\\u007f"):
                _refused(b'{"%s": "a%s"}' % (key.encode(), code.encode()), key)


def test_a_device_name_goes_into_a_topic_and_nothing_else_goes_into_it():
    for letter in ("/", "+", "#", " ", ".", '"', "é", "ª", "中"):
        _refused(_with("device", "a" + letter), "device", "letters, digits, - and _")
    expect(parse(_with("device", "aZ09-_")).device, "aZ09-_")


def test_an_unknown_setting_is_refused_by_name():
    for key in ("slots", "Slot_s", "", "__init__", "é"):
        _refused(_with(key, 1), repr(key))


def test_slots_must_divide_a_day_and_reports_must_be_multiples_of_them():
    _refused(b'{"slot_s": 3500, "report_s": 7000}', "slot_s", 3500, 86400)
    _refused(b'{"slot_s": 900, "report_s": 1000}', "report_s", 1000, 900)
    _refused(b'{"slot_s": 3600, "report_s": 900}', "report_s", 900, 3600)


def test_alarms_that_are_to_be_off_and_the_times_of_a_burst_must_make_sense():
    _refused(b'{"alarms_off": "burst leaks"}', "leaks", "small_leak")
    _refused(b'{"alarm_burst_s": 1200}', "alarm_burst_s", 1200, 1800)


def test_a_sensor_whose_figures_do_not_fit_is_refused_with_the_whole_file():
    _refused(b'{"pulse_pin": 16}', "pulse_pin", 16, "32, 33, 34")
    _refused(b'{"pulse_shortest_ms": 30}', "pulse_shortest_ms", 30, 46_000)
    _refused(b'{"pulse_sensor": "Reed"}', "'Reed'", "reed, electronic, hall")


def test_what_the_counter_depends_on_tells_its_program_from_another_and_nothing_else():
    settings = checked({}).pulse_settings()
    others = {"device": "m", "slot_s": 900, "wake_budget": 0, "broker_host": "b"}
    expect(checked(others).pulse_settings(), settings)
    for key, default, _, _ in FIELDS:
        if key.split("_")[0] in ("pulse", "q3", "burst", "commit"):
            value = "hall" if key == "pulse_sensor" else default + 1
            expect(checked({key: value}).pulse_settings() == settings, False)


def test_what_is_not_json_is_refused():
    for text in (
        b"",
        b" ",
        b"{",
        b"}",
        b'{"slot_s": 900',
        b'{"slot_s": 900}x',
        b'{"slot_s": 900}}',
        b'{"slot_s": -}',
        b'{"slot_s": 0x10}',
        b'{"slot_s": NaN}',
        b'{"slot_s": 5-3}',
        b"{'slot_s': 900}",
        b'{"device": "\xff\xfe"}',
        b'{"\xff": 1}',
        b"\xef\xbb\xbf{}",
        b"\0",
    ):
        _refused(text, "config.json", "JSON")


def test_json_that_is_no_object_is_refused():
    for text in (b"[]", b"[1, 2]", b"1", b'"slot_s"', b"null", b"true", b"[" * 900 + b"]" * 900):
        _refused(text, "config.json", "object")


def test_what_the_interpreter_takes_for_json_and_is_not_is_refused():
    for text in (
        b"{,}",
        b'{"slot_s": 900,}',
        b'{"slot_s" 900}',
        b'{"slot_s", 900}',
        b'{"slot_s": 900 "report_s": 900}',
        b'{"slot_s": 900: 900}',
        b'{"slot_s": 900 900}',
        b'{"slot_s"}',
        b'{"slot_s": 900]',
        b'{"slot_s": 900}\0',
    ):
        expect_raises(ConfigError, parse, text)


def test_a_setting_that_is_there_twice_is_refused():
    _refused(b'{"pulse_weight_ml": 10000, "pulse_weight_ml": 1000}', "twice")
    _refused(b'{"slot_s": 900, "slot_s": 900}', "twice")


def test_lists_in_lists_to_any_depth_are_refused():
    for depth in (1, 10, 100, 500, 1000):
        _refused(b'{"device": %s%s}' % (b"[" * depth, b"]" * depth), "device")
        _refused(b'{"slot_s": %s1%s}' % (b'{"a":' * (depth // 4), b"}" * (depth // 4)), "slot_s")


def test_a_missing_a_too_long_and_an_unreadable_file_are_refused():
    files = FakeFiles()
    expect("missing" in str(expect_raises(ConfigError, config.load, files, 0)), True)
    files.put_config(b"{}" + b" " * 2047)
    sentence = str(expect_raises(ConfigError, config.load, files, 0))
    expect("2049" in sentence and "2048" in sentence, True)
    files.put_config(b"{}" + b" " * 2046)
    config.load(files, 0)
    files.broken = True
    expect("config.json" in str(expect_raises(ConfigError, config.load, files, 0)), True)


def test_the_last_good_configuration_is_the_accepted_text():
    system, journal = FakeFiles(), FakeFiles()
    expect(config.load_last_good(journal), (None, None))
    system.put_config(_GOOD)
    accepted, text, _ = config.load(system, 0)
    config.keep_as_last_good(journal, text)
    expect(config.load_last_good(journal)[0].slot_s, accepted.slot_s)
    whole = bytes(journal.contents["config.good"])
    for damaged in (b"{", whole[:30] + b"7" + whole[31:], whole * 30):
        journal.contents["config.good"] = damaged
        sentence = str(expect_raises(ConfigError, config.load_last_good, journal))
        expect("config.good" in sentence, True)


def _checked(text):
    """1 when the text was taken. Whatever else than a refusal comes out of parse() is red."""
    try:
        taken = parse(text)
    except ConfigError as refusal:
        expect("\n" in str(refusal), False)
        return 0
    expect(isinstance(taken, Settings), True)
    for key, default, lowest, highest in FIELDS:
        value = getattr(taken, key)
        expect(type(value), type(default))
        size = len(value.encode()) if isinstance(value, str) else value
        expect(lowest <= size <= highest, True)
    return 1


def test_2000_random_and_mutated_texts_are_refused_or_right():
    random.seed(5)
    pieces = (
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b":",
        b",",
        b"1e5",
        b"-",
        b"null",
        b"\\u0000",
        b"9" * 40,
    )
    for _ in range(500):
        _checked(bytes(random.getrandbits(8) for _ in range(random.randint(0, 60))))
    taken = 0
    for _ in range(1500):
        text = _GOOD
        for _ in range(random.randint(1, 3)):
            at = random.randint(0, len(text) - 1)
            piece = bytes([random.getrandbits(8)])
            if random.randint(0, 1):
                piece = random.choice(pieces)
            text = text[:at] + piece + text[at + random.randint(0, 2) :]
        taken += _checked(text)
    expect(0 < taken < 1500, True)
