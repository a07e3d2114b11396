"""Promise: what is neither leak nor burst begins and ends as docs/leaks.md says, too: a high use,
water that flows back, a meter that stands still, frost, tampering, a weak cell, bad water.
"""

from expect import expect
from firmware.core.leaks import terms
from home import DAY_S, FAMILY, HOUR_S, Home, only


def test_a_day_far_above_the_largest_usual_one_is_said_while_it_runs():
    home = Home(limits=only(terms.HIGH_USE))
    home.days(14)
    usual = sum(FAMILY.values())
    home.days(1, {10: 3 * usual})
    home.days(2)
    expect(home.said(), [(4, 1, 14 * DAY_S + 11 * HOUR_S), (4, 0, 16 * DAY_S)])
    expect(home.changes[0].lost_ml > 150_000, True)


def test_water_that_flows_back_is_a_notice_and_10_l_are_an_alarm():
    home = Home()
    home.look(HOUR_S, reverse_ml=1000)  # a reed that rocks
    expect(home.said(), [])
    home.look(2 * HOUR_S, reverse_ml=2000)
    home.look(3 * HOUR_S, reverse_ml=8000)
    home.pass_time(30 * HOUR_S)
    expect(home.said(), [(5, 1, 2 * HOUR_S), (5, 2, 3 * HOUR_S), (5, 0, 27 * HOUR_S)])


def test_a_meter_stands_still_after_4_weeks_or_what_is_set_however_well_it_knows_the_home():
    for learning, limit_days in ((3, 28), (300, 28), (3, 60), (300, 60)):
        home = Home(limits=only(terms.NO_FLOW, no_flow_s=limit_days * DAY_S))
        home.days(learning, {7: 3, 19: 3})
        last_s = home.times_s[0]
        home.pass_time(home.now_s + 130 * DAY_S)
        notice, alarm = home.changes
        expect((notice.level, notice.since_s), (1, last_s))
        expect(0 < notice.begin_s - last_s - limit_days * DAY_S <= HOUR_S, True)
        expect((alarm.level, (alarm.begin_s - last_s) // DAY_S), (2, 2 * limit_days))
        home.look(home.now_s + 60, [home.now_s + 30])
        expect(home.levels(), {})


def test_a_meter_that_never_had_water_does_not_stand_still():
    home = Home()
    home.pass_time(100 * DAY_S)
    expect(home.said(), [])


def test_frost_has_a_degree_of_hysteresis_and_silence_changes_nothing():
    home = Home()
    for centi_c, level in (
        (301, 0), (300, 1), (399, 1), (None, 1), (50, 2), (149, 2), (151, 1), (400, 1), (401, 0),
    ):  # fmt: skip
        home.water_centi_c = centi_c
        home.look(home.now_s + HOUR_S)
        expect(home.levels().get(terms.FREEZE, 0), level)


def test_tampering_stays_until_it_is_cleared():
    home = Home()
    for fault in (terms.MAGNET, terms.CABLE, terms.OPENED):
        home.faults = fault
        home.look(home.now_s + 60)
        home.faults = 0
        home.pass_time(home.now_s + 40 * DAY_S)
        expect(home.levels(), {terms.TAMPER: 2})
        watch = home.watch()
        expect([(c.kind, c.before, c.level) for c in watch.clear(terms.TAMPER)], [(8, 2, 0)])
        expect(watch.clear(terms.TAMPER), [])
        home.keep(watch)


def test_a_weak_cell_and_bad_water_have_to_last():
    home = Home()
    home.faults = terms.CELL | terms.ABOVE_LIMIT
    home.pass_time(26 * HOUR_S)
    home.faults = 0
    home.pass_time(60 * HOUR_S)
    hours = [(kind, level, begin_s // HOUR_S) for kind, level, begin_s in home.said()]
    expect(hours, [(10, 1, 2), (9, 1, 25), (10, 2, 26), (10, 0, 28), (9, 0, 51)])
