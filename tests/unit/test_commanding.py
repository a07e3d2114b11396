"""Promise: a signed command is obeyed once, in its order, and told; power that fails anywhere
leaves the old or the new setting, and the command comes again.
"""

import json

from commands import commanded, events_told, outcomes, sent, signed
from cuts import next_cut
from expect import expect
from firmware.core import event
from firmware.core.backoff import spread_s


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
    expect(events_told(meter), [(3600, 7200, "report_s 7200")])
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
        events_told(meter)[:2],
        [(-1, 900, "report_offset_s 900"), (900, 1700, "report_offset_s 1700")],
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
    expect(events_told(meter), [(3600, 7200, "report_s 7200")])


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
