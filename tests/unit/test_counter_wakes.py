"""Promise: the counter ends a sleep when there is something to save or to say, and no oftener."""

import gc

from expect import expect
from firmware.core import record
from meter import CONFIG, Meter
from watch import begun, check, wakes

_HOUR_MS = 3_600_000
_QUIET = b'{"device": "m"}'  # nothing is reported


def _mid_slot(config=_QUIET):
    """A meter that sleeps, an hour before its next slot."""
    meter = begun(Meter(config))
    meter.wake()
    return meter


def _disturbed(meter, at, happens):
    """One wake with happens(meter) at that port call; False when there were fewer."""
    gc.collect()
    meter.wake(at, lambda: happens(meter))
    return meter.fuse.calls >= at


def test_100_pulses_end_a_sleep_that_then_goes_on_to_its_slot():
    meter = _mid_slot()
    recorded = len(check(meter))
    meter.pulse(99, early_ms=3_000_000)
    expect((meter.power.why, meter.stored_pulses()), ("timer", 0))
    meter.pulse(1, early_ms=3_000_000)
    expect(meter.power.why, "ulp")
    expect(meter.wake(), 3_000_000)
    expect((meter.stored_pulses(), len(check(meter)), meter.power.why), (100, recorded, "timer"))
    expect(meter.wake(), _HOUR_MS)
    readings = check(meter)
    expect((len(readings), readings[-1].pulses, readings[-1].flags & ~1), (recorded + 1, 100, 0))


def test_a_thousand_pulses_in_a_slot_are_ten_wakes():
    meter = _mid_slot()
    stored = []
    for n in range(1, 1001):
        meter.pulse(1, early_ms=3_000_000 - 1000 * n)
        if meter.power.why == "ulp":
            meter.wake()
            stored.append(meter.stored_pulses())
    expect(stored, list(range(100, 1001, 100)))
    meter.wake()
    expect(check(meter)[-1].pulses, 1000)


def test_pulses_during_a_wake_are_stored_in_it_or_end_the_sleep_behind_it():
    ended = {"ulp": 0, "timer": 0}
    at = 0
    while True:
        at += 1
        meter = _mid_slot()
        meter.pulse(7)
        if not _disturbed(meter, at, lambda meter: meter.pulse(100)):
            break
        ended[meter.power.why] += 1
        expect(meter.pulses - meter.stored_pulses() < 100, meter.power.why == "timer")
        meter.wake()
        expect((meter.stored_pulses(), meter.state().pulses), (107, 107))
    expect((ended["ulp"] > 2, ended["timer"] > 10), (True, True))


def test_a_mark_during_a_wake_is_noted_in_it_or_ends_the_sleep_behind_it():
    ended = {"ulp": 0, "timer": 0}
    at = 0
    while True:
        at += 1
        meter = _mid_slot()
        meter.pulse(100, early_ms=3_000_000)  # another wake was asked for already
        if not _disturbed(meter, at, lambda meter: meter.counter.mark("bursts")):
            break
        ended[meter.power.why] += 1
        expect(bool(meter.state().flags & record.BURST), meter.power.why == "timer")
        meter.wake()
        told = [bool(r.flags & record.BURST) for r in meter.readings()]
        told.append(bool(meter.state().flags & record.BURST))
        expect(told.count(True), 1)
    expect((ended["ulp"] > 2, ended["timer"] > 10), (True, True))


def test_what_was_asked_for_before_a_crash_does_not_end_the_pause():
    meter = _mid_slot(CONFIG % 3600)
    meter.report_crashes = True
    meter.pulse(100)
    expect((meter.wake(), meter.power.why), (60_000, "timer"))
    meter.report_crashes = False
    meter.wake()
    expect(meter.stored_pulses(), 100)


def test_a_counter_that_cannot_be_read_for_a_while_costs_no_pulse():
    meter = _mid_slot()
    meter.counter.is_broken = True
    for _ in range(2):
        meter.pulse(5)
        meter.wake()
    meter.counter.is_broken = False
    meter.wake()
    last = check(meter)[-1]
    expect((last.pulses, last.flags & record.RESET), (10, 0))


def test_a_chip_that_has_no_counter_records_and_reports_that_it_has_none():
    meter = Meter()
    meter.has_counter = False
    wakes(meter, 4, pulses=5)
    readings = check(meter)
    expect([r.pulses for r in readings], [0] * 4)
    for row in meter.network.rows:
        expect(bool(row[5] & record.COUNTER_FAULT), True)
    expect((len(meter.network.rows), meter.state().running), (4, 0))


def test_every_sleep_is_prepared_for_but_the_one_after_a_crash():
    meter = _mid_slot(CONFIG % 3600)
    prepared = meter.counter.prepared
    wakes(meter, 3)
    expect(meter.counter.prepared, prepared + 3)
    meter.report_crashes = True
    expect(meter.wake(), 60_000)
    expect(meter.counter.prepared, prepared + 3)


# The daily budget of wakes because of marks.


def _renewed(meter, n):
    """In which of the next n wakes the budget was renewed; it is always used up at once."""
    found = []
    for number in range(n):
        while meter.counter.budget():
            meter.counter.mark("chatters")
        meter.wake()
        if meter.counter.budget() > 1:
            expect(meter.counter.budget(), 12)
            found.append(number)
    return found


def test_the_budget_of_wakes_is_renewed_once_a_day():
    meter = Meter(_QUIET)
    meter.wake()
    expect(meter.counter.budget(), 12)
    days = _renewed(meter, 75)
    expect(len(days), 3)
    expect([later - earlier for earlier, later in zip(days, days[1:])], [24, 24])


def test_a_mark_beyond_the_budget_does_not_end_a_sleep_but_is_told():
    for budget, burst, found in ((2, False, 5), (2, True, 2), (0, False, 0)):
        meter = _mid_slot(b'{"device": "m", "wake_budget": %d}' % budget)
        woken = 0
        if burst:
            meter.counter.begin_burst()  # as long as it is followed, there are no others
        for _ in range(5 - burst):
            meter.counter.mark("overrates")
            meter.end_sleep_when_asked(early_ms=1_000_000)
            if meter.power.why == "ulp":
                woken += 1
                meter.wake()
        expect(woken, found - burst)
        meter.wake()
        expect(bool(check(meter)[-1].flags & record.OVERRATE), True)


def test_behind_the_budget_one_wake_is_left_while_no_burst_is_followed():
    meter = _mid_slot(b'{"device": "m", "wake_budget": 1}')
    left = []
    for act in (meter.counter.begin_burst, meter.counter.end_burst) * 3:
        act()
        meter.end_sleep_when_asked(early_ms=1_000_000)
        meter.wake()
        left.append(meter.counter.budget())
    expect(left, [0, 1] * 3)


def test_the_clock_that_is_set_for_the_first_time_begins_a_new_day_of_the_budget():
    meter = Meter(CONFIG % 86_400)
    meter.network.no_time = True
    wakes(meter, 3)
    meter.network.no_time = False
    meter.press(early_ms=1_000_000)
    expect(_renewed(meter, 28), [0, 25])


def test_a_clock_that_steps_by_days_begins_a_new_day_of_the_budget():
    # Hours that a step leaves out make one day shorter; what lies behind it begins anew.
    for offset_s, found in (
        (7200, [24]),
        (-7200, [0, 25]),
        (400_000, [0, 26]),
        (-400_000, [0, 25]),
    ):
        meter = begun(Meter(CONFIG % 86_400))
        meter.network.offset_s = offset_s
        meter.press(early_ms=1_000_000)
        meter.wake()  # once is not enough to be believed
        meter.press(early_ms=1_000_000)
        expect(_renewed(meter, 28), found)


def test_a_loss_of_power_renews_the_budget():
    meter = _mid_slot()
    meter.counter.mark("bursts")
    wakes(meter, 1)
    expect(meter.counter.budget(), 11)
    meter.lose_power()
    wakes(meter, 1)
    expect(meter.counter.budget(), 12)
