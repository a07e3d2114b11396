"""Promise: what isn't signed, not for now or can't be has no effect but an event, or an answer
with the reason.
"""

import json
from binascii import hexlify

from commands import CONFIG, KEY, commanded, events_told, sent, signed
from expect import expect
from firmware.core import event, refusal
from meter import Meter


def test_a_combination_that_cant_be_is_refused_with_its_reason_and_changes_nothing():
    meter = commanded()
    for words, reason in (
        ("report_s 5000", "must be a multiple of slot_s"),
        ("slot_s 7", "slot_s is 7, but must be 60 to 3600"),
        ("slot_s 0", "must be 60"),
        ("slot_s 3600 1", "one number"),
        ("slot_s 36x0", "36x0 is no number"),
        ("slot_s -0", "-0 is no number"),
        ("burst_s 5", "must be 30"),
        ("timezone_min 900", "must be -720 to 840"),
        ("report_offset_s -2", "must be -1 to 604799"),
        ("report_offset_s 60", "over Wi-Fi a report is at its slot"),
        ("limits who", "no probe is fitted"),
        ("limits mine", "gb5749, gb5749_small, who"),
        ("clear tds", "limits continuous small_leak burst"),
        ("clear limits", "no probe is fitted"),
        ("again 1", "again takes 2"),
        ("again 0 1", "acknowledged are"),
        ("again 2 1", "acknowledged are"),
        ("again 1 9999", "acknowledged are"),
        ("again_events 1", "again_events takes 2"),
        ("again_events 0 1", "acknowledged are"),
        ("again_events 1 9999", "acknowledged are"),
        ("expect_flow 169", "0 to 168 hours"),
        ("expect_flow -1", "0 to 168 hours"),
        ("valve shut", "open, close"),
        ("valve open", "no valve is fitted"),
        ("sample now", "sample takes 0"),
        ("reboot 1", "reboot takes 0"),
    ):
        (answer,) = sent(meter, signed(words))
        expect((words, reason in answer["reason"]), (words, True))
        expect((answer["outcome"], answer["counter"]), ("refused", 1))
    expect("commanded.json" in meter.system.contents, False)
    expect((meter.state().command_counter, events_told(meter)), (0, []))
    (answer,) = sent(meter, signed("format everything"))
    expect(answer["reason"], "unknown command")


def test_what_is_not_signed_or_not_for_now_has_no_effect_but_an_event():
    meter = commanded()
    sent(meter, signed("burst_s 60", 5))
    good = signed("burst_s 90", 6)
    codes = []
    for line, code in (
        (b"", refusal.MALFORMED),
        (b"x" * 201, refusal.OVERSIZED),
        (b"x" * 3000, refusal.OVERSIZED),
        (signed("burst_s 90", 6, device="n"), refusal.WRONG_DEVICE),
        (signed("burst_s 90", 6, key=b"\x18" * 32), refusal.BAD_SIGNATURE),
        (good[:-1] + (b"0" if good[-1:] != b"0" else b"1"), refusal.BAD_SIGNATURE),
        (good[:-1], refusal.MALFORMED),
        (signed("burst_s 90", 4), refusal.REPLAYED),
        (signed("burst_s 90", 5), refusal.REPEATED),
        (signed("burst_s 90", 6, expires_s=1), refusal.EXPIRED),
        (signed("nothing", 6), refusal.UNKNOWN),
        (signed("report_s 1", 6), refusal.BAD_ARGUMENT),
        (signed("valve open", 6), refusal.NOT_POSSIBLE),
    ):
        answers = sent(meter, line)
        codes.append(code)
        expect((code, len(answers)), (code, 1 if code > refusal.BAD_SIGNATURE else 0))
        state = meter.state()
        state.refusals = 0  # another day
        meter.retained_now.save(state)
        expect(meter.network.commands, [])
    expect([e.before for e in meter.events(event.COMMAND_REFUSED)], codes)
    expect([e.after for e in meter.events(event.COMMAND_REFUSED)][-3:], [6, 6, 6])
    expect(meter.state().command_counter, 5)
    expect(json.loads(meter.system.contents["commanded.json"])["values"], {"burst_s": 60})


def test_many_refusals_are_five_events_a_day_and_the_rest_is_counted():
    meter = commanded()
    for _ in range(4):
        sent(meter, b"1", b"2", b"3", b"4", b"5")
    expect(len(meter.events(event.COMMAND_REFUSED)), 5)
    for _ in range(24):
        meter.wake()
    sent(meter, b"6")
    told = meter.events(event.COMMAND_REFUSED)
    expect((len(told), told[-1].text), (6, ", 15 more untold"))


def test_without_a_key_or_a_clock_nothing_is_obeyed():
    for key in (None, b"", b"17" * 31, b"xy" * 32):
        meter = commanded()
        del meter.system.contents["command.key"]
        if key is not None:
            meter.system.contents["command.key"] = key
        expect(sent(meter, signed("report_s 7200")), [])
        expect([e.before for e in meter.events(event.COMMAND_REFUSED)], [refusal.NO_KEY])
    meter = Meter(json.dumps(CONFIG).encode())
    meter.system.contents["command.key"] = hexlify(KEY)
    meter.network.no_time = True
    meter.wake()
    meter.wake()
    (answer,) = sent(meter, signed("report_s 7200"))
    expect(answer["reason"], "clock unknown")


def test_the_key_is_in_no_message():
    meter = commanded()
    sent(meter, signed("report_s 7200"), b"x", signed("report_s 1", 2))
    meter.wake()
    said = json.dumps(meter.network.messages) + json.dumps(meter.network.answers)
    expect("17171717" in said, False)
