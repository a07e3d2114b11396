"""Promise: an alarm is told once, at once when it is urgent, whatever is reset or fails meanwhile.

The rules are those of the meter; only the counter under them is a fake.
"""

import gc

from bursts import (
    ALARM,
    NOTICE,
    alarms_arrived,
    alarms_told,
    burst_begins,
    bursting,
    calm_meter,
    goes_on,
    known_to,
)
from cuts import next_cut
from expect import expect
from firmware.core import event
from firmware.core.leaks import terms
from firmware.storage.watch_state import WatchState
from watch import begun, check, wakes


def test_a_burst_is_told_while_it_runs_and_once_for_each_level():
    meter = bursting()
    began_s = meter.true_s()
    sessions = meter.network.sessions
    meter.wake()
    expect((alarms_told(meter), alarms_arrived(meter)), ([(30, NOTICE)], [(30, NOTICE)]))
    expect(meter.network.sessions, sessions + 1)
    goes_on(meter, ALARM)
    expect(alarms_arrived(meter), [(30, NOTICE), (NOTICE, ALARM)])
    expect(meter.true_s() - began_s < 7200, True)
    meter.counter.end_burst()
    wakes(meter, 3)
    expect(alarms_arrived(meter), [(30, NOTICE), (NOTICE, ALARM), (ALARM, 30)])
    check(meter)


def test_the_text_has_age_rate_error_and_litres_in_forty_bytes():
    meter = bursting()
    wakes(meter, 1)
    age_s, rate_ml_h, error_ml_h, lost_ml = [
        int(word) for word in meter.events(event.ALARM)[0].text.split(" ")
    ]
    expect(1800 <= age_s <= 1900, True)
    expect((rate_ml_h >= 0, error_ml_h >= 0, lost_ml), (True, True, 124_000))


def _is_told_once(meter, cut):
    try:
        for _ in range(2):
            meter.pulse(90)
            meter.wake()
        told = [one[1] for one in alarms_told(meter)]
        expect((told.count(NOTICE), told.count(ALARM) <= 1), (1, True))
        meter.counter.end_burst()
        wakes(meter, 2)
        told = [one[1] for one in alarms_told(meter)]
        expect((told.count(NOTICE), told.count(30)), (1, 1))
        meter.press(early_ms=60_000)  # a report now
        meter.wake()
        arrived = meter.network.events
        seqs = {row[0] for row in arrived if row[2] == event.ALARM}
        expect(len(seqs), len(told))
        check(meter)
    except Exception as error:
        print("reset at call %d" % cut)
        raise error


def test_a_reset_anywhere_in_the_wake_that_raises_an_alarm():
    cut, ended = 0, None
    while ended is None:
        cut = next_cut(cut)
        gc.collect()
        meter = bursting()
        ended = meter.wake(cut)
        _is_told_once(meter, cut)
    expect(cut > 30, True)


def _many_wait():
    """A meter that has found more at one look than its retained memory keeps in full."""
    meter = calm_meter()
    retained = meter.retained()
    state, known = retained.load(), WatchState(retained)
    known.rows = [
        terms.Change(kind, terms.NOTICE, 0, known.up_s - 90 * kind, known.up_s, kind, 3, 700)
        for kind in range(1, 11)
    ]
    known.keep()
    retained.save(state)
    return meter


def test_a_reset_anywhere_while_ten_changes_are_told():
    wanted = [(10 * kind + 1, 10 * kind) for kind in range(1, 11)]
    cut, ended = 0, None
    while ended is None:
        cut = next_cut(cut + 10)
        gc.collect()
        meter = _many_wait()
        ended = meter.wake(cut)
        wakes(meter, 2)
        expect((cut, alarms_told(meter)), (cut, wanted))
    expect([e.text.split(" ")[1:] for e in meter.events(event.ALARM)][:3], [
        [str(kind), "3", "700"] for kind in range(1, 4)
    ])  # fmt: skip
    expect(cut > 60, True)


def test_a_loss_of_power_in_the_wake_that_raises_an_alarm_costs_its_time_and_not_the_alarm():
    cut, ended = 0, None
    while ended is None:
        cut = next_cut(cut + 10)
        meter = bursting()
        ended = meter.wake(cut)
        meter.lose_power()
        wakes(begun(meter), 1)
        burst_begins(meter)  # it runs on
        goes_on(meter, ALARM)
        told = [one[1] for one in alarms_told(meter)]
        expect((told.count(ALARM), told.count(NOTICE) in (1, 2)), (1, True))
        check(meter)


def test_what_storage_could_not_take_is_told_when_it_can():
    meter = bursting()
    meter.storage_fails = True
    wakes(meter, 1)
    expect(len(known_to(meter).rows), 1)
    meter.storage_fails = False
    meter.pulse(90)
    meter.wake()
    expect([one[1] for one in alarms_told(meter)].count(NOTICE), 1)
    expect(known_to(meter).rows, [])


def test_without_a_network_it_is_tried_as_any_report_and_arrives_once():
    meter = bursting()
    meter.network.no_broker = True
    for _ in range(2):
        meter.pulse(90)
        meter.wake()
    tried = meter.state().failures
    expect(1 <= tried <= 2, True)
    expect(known_to(meter).urgent_seq >= meter.state().event_cursor_seq, True)
    meter.network.no_broker = False
    for _ in range(8):
        meter.pulse(90)
        meter.wake()
    expect(alarms_arrived(meter), [(30, NOTICE), (NOTICE, ALARM)])
    expect(known_to(meter).urgent_seq < meter.state().event_cursor_seq, True)


def test_the_rules_fit_what_is_kept_for_them():
    from firmware.alarming import limits
    from firmware.config import checked
    from firmware.core.leaks.whole import Whole

    class Retained:
        def __init__(self):
            self.packed = b""

        def watch(self):
            return self.packed

        def keep_watch(self, packed):
            self.packed = packed

    watch = Whole(limits(checked({})))
    retained = Retained()
    known = WatchState(retained)
    row = terms.Change(terms.BURST, 1, 2, 1 << 31, 5, (1 << 32) - 1, 1 << 33, -5)
    known.rows, known.rules, known.seq = [row] * 10, watch.pack(), 77
    known.keep()
    expect(len(retained.packed) <= 330, True)
    again = WatchState(retained)
    kept = terms.Change(terms.BURST, 1, 2, 1 << 31, 5, (1 << 32) - 1, (1 << 32) - 1, 0)
    expect((again.rows[:3], again.rules, again.seq), ([kept] * 3, known.rules, 77))
    expect([one[:3] for one in again.rows], [kept[:3]] * 10)
