"""Promise: what was commanded is in force until config.json is edited, or its file is damaged, and
nothing can be commanded that can't be configured.
"""

import json

from commands import CONFIG, commanded, events_told, sent, signed
from expect import expect
from firmware.core import event


def test_an_edit_of_the_configuration_ends_what_was_commanded():
    meter = commanded()
    sent(meter, signed("burst_s 60"), signed("report_s 7200", 2))
    meter.wake()
    expect(meter.counter.settings[10], 60)
    config = dict(CONFIG)
    config["burst_s"] = 90
    meter.system.put_config(json.dumps(config).encode())
    meter.wake()
    expect(meter.counter.settings[10], 90)
    expect("commanded.json" in meter.system.contents, False)
    told = events_told(meter, event.CONFIG_CHANGED)
    expect((60, 90, "burst_s, no longer by command") in told, True)
    expect((7200, 3600, "report_s, no longer by command") in told, True)
    meter.wake()
    expect(len(events_told(meter, event.CONFIG_CHANGED)), len(told))


def test_a_refused_edit_leaves_what_was_commanded_in_force():
    meter = commanded()
    sent(meter, signed("burst_s 60"))
    meter.system.put_config(b"{")
    meter.wake()
    expect(meter.counter.settings[10], 60)
    (answer,) = sent(meter, signed("burst_s 70", 2))
    expect(answer["reason"].startswith("not possible: config.json"), True)


def test_a_damaged_file_of_commands_is_told_once_and_ends():
    for content in (b"", b"{", b"[]", b'{"crc": 1}', b'{"crc": 1, "values": 3}', b"\xff" * 600):
        meter = commanded()
        meter.system.contents["commanded.json"] = content
        meter.wake()
        meter.wake()
        expect("commanded.json" in meter.system.contents, False)
        expect(len(meter.events(event.CONFIG_REFUSED)), 1)
        expect(meter.counter.settings[10], 300)


def test_what_may_be_commanded_is_what_may_be_configured():
    from firmware.commanded import RANGES
    from firmware.config import FIELDS

    of_the_table = {field[0]: field[2:] for field in FIELDS}
    expect({key: of_the_table[key] for key in RANGES}, RANGES)
