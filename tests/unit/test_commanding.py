"""Promise: a signed command is obeyed once and told; whatever else comes has no effect but an
event; power that fails anywhere leaves the old or the new setting, and the command comes again.
"""

import json
from binascii import hexlify

from commands import CONFIG, KEY, commanded, outcomes, sent, signed
from cuts import next_cut
from expect import expect
from firmware.core import event, record, refusal
from firmware.core.backoff import spread_s
from firmware.core.leaks import terms
from firmware.storage.watch_state import WatchState
from meter import Meter


def _told(meter, code=event.COMMAND):
    return [(e.before, e.after, e.text) for e in meter.events(code)]


def test_a_setting_is_obeyed_told_and_in_force_from_the_next_wake_on():
    meter = commanded()
    answers = sent(meter, signed("report_s 7200"))
    expect(
        answers,
        [
            {
                "v": 2, "device": "m", "counter": 1, "command": "report_s", "outcome": "done",
                "reason": None, "before": 3600, "after": 7200,
            }
        ],
    )  # fmt: skip
    expect(_told(meter), [(3600, 7200, "report_s 7200")])
    expect((meter.network.subscriptions, meter.network.commands), (1, []))
    sessions = meter.network.sessions
    for _ in range(8):
        meter.wake()
    expect(meter.network.sessions - sessions in (4, 5), True)
    expect([row[2:5] for row in meter.network.events if row[2] == 23][:1], [[23, 3600, 7200]])
    expect(meter.state().command_counter, 1)
    expect(meter.vault.load().command_counter, 1)


def test_the_head_end_names_the_place_of_a_meter_with_a_modem():
    meter = commanded(link="nbiot", modem="bc66", modem_key_pin=25, modem_reset_pin=26)
    places = []
    for counter, place_s, before in ((1, 900, -1), (2, 1700, 900), (3, -1, 1700)):
        meter.network.commands.append(signed("report_offset_s %d" % place_s, counter))
        answers = len(meter.network.answers)
        while len(meter.network.answers) == answers:
            meter.wake()
        answer = meter.network.answers[-1]
        expect((answer["outcome"], answer["before"], answer["after"]), ("done", before, place_s))
        sessions = meter.network.sessions
        while meter.network.sessions == sessions:
            meter.wake()
        places.append(meter.state().next_report_s % 3600)
    expect(places, [900, 1700, spread_s("m", 3600)])
    expect(
        _told(meter)[:2], [(-1, 900, "report_offset_s 900"), (900, 1700, "report_offset_s 1700")]
    )


def test_a_report_that_ends_before_it_has_subscribed_is_made_good_by_the_next():
    meter = commanded()
    meter.network.no_puback = True
    meter.network.has_session = True
    state = meter.state()
    state.is_subscribed = 0  # the broker knows the session, but no topic
    meter.retained_now.save(state)
    subscriptions = meter.network.subscriptions
    meter.wake()
    meter.network.no_puback = False
    for _ in range(3):
        meter.wake()
    expect(meter.network.subscriptions, subscriptions + 1)


def test_a_broker_that_refused_the_subscription_is_asked_again_in_the_next_report():
    meter = commanded()
    meter.network.has_session = False  # lost
    meter.network.refuses_subscriptions = True
    meter.wake()
    meter.wake()
    meter.network.refuses_subscriptions = False
    before = meter.network.subscriptions
    for _ in range(3):
        meter.wake()
    expect(meter.network.subscriptions, before + 1)


def test_commands_of_one_report_are_obeyed_in_their_order():
    meter = commanded()
    answers = sent(
        meter, signed("slot_s 1800", 1), signed("report_s 7200", 2), signed("burst_s 60", 3)
    )
    expect(outcomes(answers), [(1, "done"), (2, "done"), (3, "done")])
    values = json.loads(meter.system.contents["commanded.json"])["values"]
    expect(values, {"slot_s": 1800, "report_s": 7200, "burst_s": 60})


def test_a_command_for_which_there_is_no_room_waits_and_is_no_crash():
    meter = commanded()
    meter.has_no_room = True
    expect(sent(meter, signed("report_s 7200")), [])
    expect((meter.state().failures, meter.state().crashes), (0, 0))
    expect(meter.events(event.WAKE_FAILED), [])
    meter.has_no_room = False
    meter.wake()
    expect(_told(meter), [(3600, 7200, "report_s 7200")])


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
    expect((meter.state().command_counter, _told(meter)), (0, []))
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


def test_a_sample_is_a_reading_on_demand_at_once():
    meter = commanded()
    before = len(meter.readings())
    meter.network.commands.append(signed("sample"))
    expect(meter.wake() < 5000, True)
    meter.wake()
    expect(meter.last().flags & record.ON_DEMAND > 0, True)
    expect(len(meter.readings()), before + 2)


def test_expected_flow_is_no_burst_until_its_time_has_passed():
    meter = commanded()
    expect(meter.counter.settings[9], -1)
    (answer,) = sent(meter, signed("expect_flow 3"))
    expect(answer["after"] - meter.true_s() in range(3 * 3600 - 3700, 3 * 3600 + 1), True)
    for wanted in (0, 0, -1):
        meter.wake()
        expect(meter.counter.settings[9], wanted)
    sent(meter, signed("expect_flow 24", 2))
    meter.wake()
    expect(meter.counter.settings[9], 0)
    sent(meter, signed("expect_flow 0", 3))
    meter.wake()
    expect(meter.counter.settings[9], -1)


def test_a_burst_that_no_reading_has_told_yet_is_cleared():
    meter = commanded()
    state = meter.state()
    state.flags |= record.BURST
    state.next_slot_s += 86_400  # no reading takes it before the command comes
    state.next_report_s = 0
    meter.retained_now.save(state)
    expect(outcomes(sent(meter, signed("clear burst"))), [(1, "done")])
    expect(meter.state().flags & record.BURST, 0)


def test_an_alarm_is_cleared_before_the_meter_could_look_for_one():
    meter = commanded()
    recent, meter.counter.recent = meter.counter.recent, _unreadable
    state = meter.state()
    meter.retained_now.keep_watch(b"")
    for _ in range(2):  # there are two copies
        meter.retained_now.save(state)
    expect(outcomes(sent(meter, signed("clear burst"))), [(1, "done")])
    meter.counter.recent = recent
    for _ in range(3):
        meter.wake()
    expect(meter.events(event.WAKE_FAILED), [])
    retained = meter.retained()
    retained.load()
    expect(bool(WatchState(retained).rules), True)


def _unreadable():
    raise OSError("no answer")


def test_tampering_is_cleared_by_a_command():
    meter = commanded(case_pin=13)
    meter.meddling = terms.OPENED
    meter.wake()
    meter.meddling = 0
    (answer,) = sent(meter, signed("clear tamper"))
    expect((answer["outcome"], answer["before"], answer["after"]), ("done", 2, 0))
    meter.wake()
    expect([one[:2] for one in _told(meter, event.ALARM)], [(80, 82), (82, 80)])


def test_the_valve_is_turned_where_one_is_fitted():
    meter = commanded(valve_pin=25)
    answers = sent(meter, signed("valve close"), signed("valve open", 2), signed("valve close", 3))
    expect([(a["before"], a["after"]) for a in answers], [(0, 2), (2, 1), (1, 2)])
    expect(meter.valve, [True, False, True])


def test_a_reboot_comes_behind_the_answer_and_the_end_of_the_wake():
    meter = commanded()
    meter.network.commands.append(signed("reboot"))
    expect(meter.wake(), None)
    expect(outcomes(meter.network.answers), [(1, "done")])
    expect((meter.network.commands, meter.state().running), ([], 0))
    meter.wake()
    boot = meter.events(event.BOOT)[-1]
    expect((boot.before, meter.events(event.WAKE_FAILED)), (event.RESET, []))
    expect(meter.last().flags & record.RESET, 0)


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
    told = _told(meter, event.CONFIG_CHANGED)
    expect((60, 90, "burst_s, no longer by command") in told, True)
    expect((7200, 3600, "report_s, no longer by command") in told, True)
    meter.wake()
    expect(len(_told(meter, event.CONFIG_CHANGED)), len(told))


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


def test_power_cut_at_each_call_while_it_obeys_leaves_the_old_or_the_new_setting():
    def look(meter):
        return meter.system.contents.get("commanded.json")

    seen, cut, end = [], 0, 0
    while cut <= end:
        meter = commanded()
        meter.network.commands.append(signed("report_s 7200"))
        meter.wake(cut)
        if not cut:
            # From the look at the key on, until the broker knows that it was obeyed.
            cut, end = meter.obeyed_at, meter.fuse.calls
            new = look(meter)
        at_cut = look(meter)
        seen.append(at_cut)
        for _ in range(5):
            meter.wake()
        expect((cut, look(meter), meter.state().command_counter), (cut, new, 1))
        left = [line for line in meter.network.commands if line is not None]
        expect((left, at_cut in (None, new)), ([], True))
        outcomes = [a["outcome"] == "done" or a["reason"] for a in meter.network.answers]
        expect(outcomes in ([True], [True, "repeated"], ["repeated"]), True)
        expect(1 <= len(meter.events(event.COMMAND)) <= 2, True)
        cut = next_cut(cut) if len(seen) > 1 else cut + 1
    expect((None in seen, new in seen), (True, True))


def test_a_topic_that_is_no_text_is_refused_and_does_not_end_the_wake():
    for profile, topic in (
        ("thingsboard", b"v1/devices/me/rpc/request/\xff"),
        ("huawei", b"$oc/devices/m/sys/commands/request_id=\xff"),
        ("huawei", b"$oc/devices/m/sys/commands/" + 300 * b"\xc3\xa9"),
    ):
        meter = commanded(profile=profile)
        meter.network.command_topic = topic
        sent(meter, b"{}")
        expect(meter.network.commands, [])  # it does not come again
        expect(meter.events(event.WAKE_FAILED), [])
        expect(_told(meter, event.COMMAND_REFUSED), [(refusal.MALFORMED, 0, "")])


def test_an_answer_goes_to_a_topic_with_letters_beyond_ascii():
    meter = commanded(profile="thingsboard")
    meter.network.command_topic = b"v1/devices/me/rpc/request/\xc3\xa9"
    line = str(signed("report_s 7200"), "utf-8")
    sent(meter, json.dumps({"method": "line", "params": line}).encode())
    expect(meter.network.commands, [])
    topic, payload = meter.network.told[-1]
    expect(topic, "v1/devices/me/rpc/response/\u00e9")
    expect(json.loads(payload)["outcome"], "done")


def test_a_line_that_huawei_wants_to_be_reported_is_obeyed_once_and_reported():
    meter = commanded(profile="huawei")
    meter.network.command_topic = b"$oc/devices/m/sys/properties/set/request_id=1"
    line = str(signed("report_s 7200"), "ascii")
    services = [{"service_id": "DeliverySchedule", "properties": {"line": line}}]
    pushed = json.dumps({"services": services}).encode()
    expect(sent(meter, pushed, pushed), [])
    expect((len(_told(meter)), _told(meter, event.COMMAND_REFUSED)), (1, []))
    topic, payload = meter.network.told[-1]
    expect(topic, "$oc/devices/m/sys/properties/report")
    expect(json.loads(payload)["services"], services)
