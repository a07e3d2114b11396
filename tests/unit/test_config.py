"""Promise: a file that is not right is refused with one sentence; what passes is right."""

import random

from configs import refused
from expect import expect, expect_raises
from firmware import config
from firmware.config import FIELDS, parse
from firmware.core.errors import ConfigError
from firmware.settings import Settings
from ports import FakeFiles

_GOOD = (
    b'{"device": "meter-1", "pulse_weight_ml": 10000, "slot_s": 900, "report_s": 3600,'
    b' "broker_host": "10.0.0.1", "broker_port": 1884, "broker_password": "a\\"b\\\\,:{}",'
    b' "message_bytes": 512, "wifi_ssid": "caf\xc3\xa9", "pulse_sensor": "electronic",'
    b' "pulse_pin_b": -1, "pulse_shortest_ms": 10, "wake_budget": 0}'
)


def test_a_good_file_is_taken_as_it_is():
    taken = parse(_GOOD)
    expect(taken.device, "meter-1")
    expect((taken.pulse_weight_ml, taken.pulse_weight_pulses), (10_000, 1))
    expect((taken.broker_host, taken.broker_port), ("10.0.0.1", 1884))
    expect(taken.broker_password, 'a"b\\,:{}')
    expect(taken.wifi_ssid, "café")
    expect((taken.pulse_sensor, taken.pulse_shortest_ms), ("electronic", 10))


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
        refused(text, "config.json", "JSON")


def test_json_that_is_no_object_is_refused():
    for text in (b"[]", b"[1, 2]", b"1", b'"slot_s"', b"null", b"true", b"[" * 900 + b"]" * 900):
        refused(text, "config.json", "object")


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
    refused(b'{"pulse_weight_ml": 10000, "pulse_weight_ml": 1000}', "twice")
    refused(b'{"slot_s": 900, "slot_s": 900}', "twice")


def test_lists_in_lists_to_any_depth_are_refused():
    for depth in (1, 10, 100, 500, 1000):
        refused(b'{"device": %s%s}' % (b"[" * depth, b"]" * depth), "device")
        refused(b'{"slot_s": %s1%s}' % (b'{"a":' * (depth // 4), b"}" * (depth // 4)), "slot_s")


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
