"""Promise: missing looks, lost power and other settings neither begin nor end alarms."""

from expect import expect
from firmware.core.leaks import terms
from home import DAY_S, FAMILY, HOUR_S, Home
from random_looks import check


def leaking(days=4):
    """A home with 4 L/h in alarm."""
    home = Home()
    home.days(2)
    home.days(days, leak_each_s=900)
    expect(home.levels(), {terms.CONTINUOUS: 2})
    home.changes = []
    return home


def test_looks_that_are_hours_apart_begin_nothing_and_end_nothing():
    quiet = Home()
    for _ in range(5):
        begin_s = quiet.now_s
        quiet.pass_time(begin_s + 4 * HOUR_S, range(begin_s + 300, begin_s + 4 * HOUR_S, 600))
        # Six hours later: more pulses than have a time.
        end_s = quiet.now_s + 6 * HOUR_S
        quiet.look(end_s, range(end_s - 6 * HOUR_S + 300, end_s, 300))
    expect(quiet.said(), [])  # of 50 hours 20 were seen
    home = leaking()
    for _ in range(4):
        end_s = home.now_s + 10 * HOUR_S
        home.look(end_s, range(home.now_s + 900, end_s + 1, 900))
    expect(home.said(), [])


def test_a_run_does_not_age_by_a_time_that_nobody_saw():
    home = Home()
    home.pass_time(23 * HOUR_S, range(600, 23 * HOUR_S, 600))
    end_s = home.now_s + 6 * HOUR_S
    home.look(end_s, range(home.now_s + 60, end_s, 120))
    expect(home.said(), [])
    home.pass_time(end_s + 2 * HOUR_S, range(end_s + 600, end_s + 2 * HOUR_S, 600))
    expect(home.said(), [(terms.CONTINUOUS, 1, end_s + HOUR_S)])


def test_a_loss_of_power_in_a_leak_ends_nothing_and_the_leak_goes_on_to_its_own_end():
    home = leaking()
    home.lose_power()
    expect(home.levels(), {terms.CONTINUOUS: 2})
    home.days(5, leak_each_s=900)
    expect(home.said(terms.CONTINUOUS), [])
    home.days(1)
    expect([level for level, _ in home.said(terms.CONTINUOUS)], [0])


def test_a_loss_of_power_before_an_alarm_begins_the_run_anew():
    home = Home()
    home.pass_time(DAY_S)
    home.pass_time(home.now_s + 20 * HOUR_S, range(home.now_s, home.now_s + 20 * HOUR_S, 600))
    home.lose_power(7)
    home.pass_time(30 * HOUR_S, range(600, 30 * HOUR_S, 600))
    expect(home.said(), [(terms.CONTINUOUS, 1, 7 + 24 * HOUR_S)])


def test_a_loss_of_power_in_a_burst_waits_for_the_mark_of_a_new_counter():
    home = Home()
    home.bursts, home.burst_s = 1, 10
    home.look(300, range(10, 300, 6))
    home.pass_time(4000, range(306, 4000, 6))
    expect(home.levels(), {terms.BURST: 2})
    home.changes = []
    home.lose_power()
    home.bursts, home.burst_s = 0, None
    home.look(60, range(0, 60, 6))
    home.bursts, home.burst_s = 1, 0
    home.pass_time(4000, range(66, 4000, 6))
    expect(home.said(terms.BURST), [])
    home.burst_s = None
    home.pass_time(2 * HOUR_S)
    expect([level for level, _ in home.said(terms.BURST)], [0])


def test_a_household_is_known_behind_a_loss_of_power():
    home = Home()
    home.days(20)
    home.lose_power()
    home.days(1, {10: 5 * sum(FAMILY.values())})
    expect([level for level, _ in home.said(terms.HIGH_USE)], [1, 2])
    other = Home()
    other.days(1, {10: 5 * sum(FAMILY.values())})
    expect(other.said(), [])


def test_other_limits_and_another_meter_leave_what_is_on_until_its_own_end():
    for limits in (terms.usual(10_000, 1, 288), terms.usual(1, 1, 0), terms.usual(1000, 450, 0)):
        home = leaking()
        home.limits = limits
        home.look(home.now_s + 1800)
        expect((home.said(), home.levels()), ([], {terms.CONTINUOUS: 2}))
        home.pass_time(home.now_s + 3 * HOUR_S)
        expect([level for _, level, _ in home.said()], [0])


def test_shorter_limits_do_not_make_an_old_run_an_alarm():
    home = Home()
    home.pass_time(20 * HOUR_S, range(600, 20 * HOUR_S, 600))
    home.limits = terms.Limits(*(home.limits[:4] + (HOUR_S, 2 * HOUR_S) + home.limits[6:]))
    home.look(home.now_s + 60)
    expect(home.said(), [])


def test_a_kind_that_is_switched_off_says_that_it_ended():
    home = leaking()
    kinds = home.limits.kinds & ~(1 << terms.CONTINUOUS)
    home.limits = terms.Limits(*(home.limits[:2] + (kinds,) + home.limits[3:]))
    home.look(home.now_s + 60)
    expect([(kind, level) for kind, level, _ in home.said()], [(terms.CONTINUOUS, 0)])
    home.days(4, leak_each_s=900)
    expect(len(home.said(terms.CONTINUOUS)), 1)


def test_what_is_cleared_has_to_last_as_long_again():
    back, high, still, trickle = Home(), Home(), Home(), Home(10_000)
    back.look(600)
    back.look(3000, reverse_ml=20_000)
    high.days(15)
    high.pass_time(high.now_s + 5 * HOUR_S, range(high.now_s + 10, high.now_s + 5 * HOUR_S, 10))
    still.days(30)
    still.pass_time(still.now_s + 40 * DAY_S)
    use = {8: 20, 12: 5, 19: 20}
    trickle.days(12, use)
    trickle.days(3, use, leak_each_s=3600)
    for home, kind, again_s in (
        (leaking(), terms.CONTINUOUS, DAY_S),
        (back, terms.REVERSE, 0),
        (high, terms.HIGH_USE, 0),
        (still, terms.NO_FLOW, 28 * DAY_S + HOUR_S),  # the look behind them
        (trickle, terms.SMALL_LEAK, 0),
    ):
        before = home.levels()[kind]
        watch = home.watch()
        changes = watch.clear(kind)
        expect([(c.kind, c.before, c.level) for c in changes], [(kind, before, 0)])
        expect(changes[0].since_s < changes[0].begin_s == home.now_s, True)
        home.keep(watch)
        home.changes, cleared_s = [], home.now_s
        if kind == terms.CONTINUOUS:
            home.days(2, leak_each_s=900)
        elif kind == terms.NO_FLOW:
            home.pass_time(home.now_s + 30 * DAY_S)
        elif kind == terms.SMALL_LEAK:
            home.days(1, use, leak_each_s=3600)
        else:
            home.look(home.now_s + 60)
        begun_s = [begin_s - cleared_s for level, begin_s in home.said(kind)]
        expect([age_s // HOUR_S for age_s in begun_s], [again_s // HOUR_S] if again_s else [])


def test_random_looks_raise_nothing_and_no_alarm_comes_without_water():
    for seed in range(60):
        check(seed)


def all_random_looks():
    for seed in range(10_000):
        check(seed)
