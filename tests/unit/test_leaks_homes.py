"""Promise: holidays, gardens, softeners, guests are no leak; a cistern that drips is one."""

from expect import expect
from firmware.core.leaks import terms
from home import DAY_S, FAMILY, HOUR_S, Home

_WEEKS = 21


def lived(days=_WEEKS):
    """A home whose habits are known."""
    home = Home()
    home.days(days)
    expect(home.said(), [])
    return home


def with_use(more):
    use = dict(FAMILY)
    for hour in more:
        use[hour] = use.get(hour, 0) + more[hour]
    return use


def test_a_holiday_of_three_weeks_and_the_return_from_it_say_nothing():
    for days in (_WEEKS, 300):
        home = lived(days)
        home.pass_time(home.now_s + 21 * DAY_S)
        home.days(14, with_use({9: 60, 20: 60}))  # all the washing
        expect(home.said(), [])


def test_a_leak_that_begins_in_a_holiday_is_noticed_in_it():
    home = lived()
    home.pass_time(home.now_s + 3 * DAY_S)
    begin_s = home.now_s
    home.days(4, {}, leak_each_s=1800)
    first_s = begin_s + 1800
    expect(home.said(terms.CONTINUOUS), [(1, first_s + 24 * HOUR_S), (2, first_s + 72 * HOUR_S)])


def test_a_garden_in_summer_is_high_use_once_and_never_an_alarm():
    home = lived()
    for _ in range(8):
        home.days(2, with_use({21: 180}))  # an hour's sprinkler each third day
        home.days(1)
    expect({change.kind for change in home.changes} <= {terms.HIGH_USE}, True)
    expect([level for level, _ in home.said(terms.HIGH_USE)].count(1) <= 1, True)
    expect(max([0] + [change.level for change in home.changes]) <= 1, True)


def test_a_softener_that_regenerates_at_night_says_nothing():
    home = lived()
    for _ in range(10):
        home.days(2)
        home.days(1, with_use({2: 40, 3: 60}))  # 100 L within two hours
    expect(home.said(), [])


def test_guests_for_a_weekend_who_are_up_half_of_the_night_say_nothing():
    home = lived()
    for _ in range(6):
        home.days(2, {hour: 12 for hour in range(24) if hour not in (4, 5)})
        home.days(5)
    expect(home.said(), [])


def test_a_family_that_never_sleeps_has_pauses_of_an_hour():
    home = Home()
    for _ in range(30):
        home.days(1, {hour: 10 for hour in range(0, 24, 3)})
    expect(home.said(), [])


def test_a_cistern_that_drips_is_noticed_by_its_refills():
    for each_s in (5400, 1350):  # 3 L: 2 and 8 L/h
        home = lived()
        begin_s = home.now_s
        refills_s = range(begin_s + each_s, begin_s + 4 * DAY_S, each_s)
        use_s = [
            begin_s + day * DAY_S + hour * HOUR_S + 600 + 6 * n
            for day in range(4)
            for hour in FAMILY
            for n in range(FAMILY[hour])
        ]
        home.pass_time(
            begin_s + 4 * DAY_S,
            sorted(use_s + [refill_s + part for refill_s in refills_s for part in (0, 12, 24)]),
        )
        levels = home.said(terms.CONTINUOUS)
        expect([level for level, _ in levels], [1, 2])
        expect(levels[0][1] <= begin_s + 26 * HOUR_S, True)
        rate = home.watch().active()[0]
        true_ml_h = 3000 * 3600 // each_s
        expect(abs(rate.rate_ml_h - true_ml_h) <= rate.rate_error_ml_h, True)
