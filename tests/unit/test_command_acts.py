"""Promise: each command does what it says: a sample, a flow that is expected, an alarm that is
cleared, a valve, a reboot.
"""

from commands import commanded, events_told, outcomes, sent, signed
from expect import expect
from firmware.core import event, record
from firmware.core.leaks import terms
from firmware.storage.watch_state import WatchState


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
    expect([one[:2] for one in events_told(meter, event.ALARM)], [(80, 82), (82, 80)])


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
