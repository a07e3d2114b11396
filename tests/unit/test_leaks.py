"""Promise: the rules of water without a pause and of small leaks begin and end as docs/leaks.md
says, at the second that it says; their rates are right, and what is kept of all rules is small.
"""

from expect import expect
from firmware.core.leaks import terms
from firmware.core.leaks.whole import Whole
from home import DAY_S, HOUR_S, Home, each, only


def test_water_without_a_pause_is_a_notice_after_24_hours_and_an_alarm_after_72():
    home = Home()
    home.pass_time(7300)
    home.pass_time(100 * HOUR_S, each(7500, 90 * HOUR_S, 1700))
    last_s = 7500 + (90 * HOUR_S - 7500) // 1700 * 1700
    expect(
        home.said(),
        [
            (terms.CONTINUOUS, 1, 7500 + 24 * HOUR_S),
            (terms.CONTINUOUS, 2, 7500 + 72 * HOUR_S),
            (terms.CONTINUOUS, 0, (last_s // HOUR_S + 3) * HOUR_S),  # the look behind two hours
        ],
    )
    expect([change.since_s for change in home.changes], [7500] * 3)


def test_one_pause_of_an_hour_begins_the_run_anew_and_59_minutes_do_not():
    for pause_s, count in ((3600, 0), (3540, 1)):
        home = Home(limits=only(terms.CONTINUOUS, long_gap_s=DAY_S, long_notice_s=10 * DAY_S))
        times_s = each(600, 12 * HOUR_S, 600)
        home.pass_time(25 * HOUR_S, times_s + each(12 * HOUR_S + pause_s, 25 * HOUR_S, 600))
        expect(len(home.changes), count)


def test_a_pause_within_one_interval_counts_when_all_its_pulses_have_times():
    home = Home(limits=only(terms.CONTINUOUS, long_gap_s=DAY_S, long_notice_s=10 * DAY_S))
    for hour in range(30):
        begin_s = hour * HOUR_S
        times_s = each(begin_s + 60, begin_s + 3000, 600)
        if hour == 20:
            # A look is late: 31 pulses, with a pause of 62 minutes between them.
            times_s = each(begin_s + 60, begin_s + 100, 4) + each(
                begin_s + 3820, begin_s + 3900, 4
            )
            home.look(begin_s + 2 * HOUR_S, times_s)
        elif hour != 21:
            home.look(begin_s + HOUR_S, times_s)
    expect(home.said(), [])


def test_the_rate_of_a_leak_is_right_within_its_uncertainty_behind_a_family():
    for each_s in (1800, 720, 300, 60, 30):
        home = Home()
        home.days(2)
        home.days(4, leak_each_s=each_s)
        row = home.watch().active()[0]
        expect((row.kind, row.level), (terms.CONTINUOUS, 2))
        true_ml_h = 3_600_000 // each_s
        expect(abs(row.rate_ml_h - true_ml_h) <= row.rate_error_ml_h, True)
        expect(row.rate_error_ml_h <= max(1000, true_ml_h // 4), True)
        lost_ml = 4 * 24 * true_ml_h
        expect(abs(row.lost_ml - lost_ml) * 10 <= lost_ml, True)


def test_the_rate_is_known_of_a_leak_whose_pulses_are_further_apart_than_the_short_gap():
    for pulse_ml, true_ml_h in ((10_000, 5000), (10_000, 9000), (100_000, 25_000)):
        home = Home(pulse_ml)
        home.pass_time(20 * HOUR_S)
        home.days(8, {}, leak_each_s=pulse_ml * 3600 // true_ml_h)
        rows = [change for change in home.changes if change.kind == terms.CONTINUOUS]
        expect([row.level for row in rows], [1, 2])
        for row in rows:
            expect(abs(row.rate_ml_h - true_ml_h) <= row.rate_error_ml_h, True)


def test_use_before_a_leak_does_not_make_its_rate_smaller():
    home = Home(limits=only(terms.CONTINUOUS, long_notice_s=9 * DAY_S))
    leak_s = DAY_S + 20_000
    use_s = each(leak_s - 16_400, leak_s - 5600, 1800)  # 2 L/h; the long run begins with it
    home.pass_time(use_s[0] - 1)
    home.pass_time(leak_s + 25 * HOUR_S, use_s + each(leak_s, leak_s + 25 * HOUR_S, 120))
    found = home.changes[0]
    expect(found.since_s, leak_s)
    expect(abs(found.rate_ml_h - 30_000) <= 500, True)


def test_the_rate_behind_a_leak_that_has_stopped_may_be_all_use():
    home = Home()
    leak = each(30 * HOUR_S, 90 * HOUR_S - 60, 60)  # 60 L/h
    begins_s = each(leak[-1] + 6600, 110 * HOUR_S, 6600)  # no pause of two hours
    use = [begin_s + 20 * n for begin_s in begins_s for n in range(15)]
    home.pass_time(leak[0] - 1)
    home.pass_time(103 * HOUR_S, leak + use)
    notice, alarm = home.changes
    expect((notice.rate_ml_h, notice.rate_error_ml_h), (60_000, 500))
    expect((alarm.level, alarm.begin_s), (2, leak[0] + 72 * HOUR_S))
    expect(alarm.rate_ml_h <= alarm.rate_error_ml_h, True)


def test_10_l_a_pulse_need_150_minutes_for_48_hours():
    home = Home(10_000)
    home.pass_time(14_000)
    home.pass_time(120 * HOUR_S, each(14_400, 120 * HOUR_S, 7200))  # 5 L/h
    expect(home.said(terms.CONTINUOUS), [(1, 14_400 + 48 * HOUR_S), (2, 14_400 + 96 * HOUR_S)])
    coarse = Home(10_000)
    coarse.pass_time(120 * HOUR_S, each(9100, 120 * HOUR_S, 9100))
    expect(coarse.said(), [])


def test_a_small_leak_is_noticed_on_its_third_day_and_ends_with_two_days_without():
    home = Home(limits=only(terms.SMALL_LEAK))
    home.days(10)
    home.days(3, leak_each_s=1800)
    home.days(3)
    expect(home.said(), [(2, 1, 13 * DAY_S), (2, 0, 15 * DAY_S)])
    found = home.changes[0]
    expect(
        (found.since_s, abs(found.rate_ml_h - 2000) <= found.rate_error_ml_h), (10 * DAY_S, True)
    )


def test_a_night_as_quiet_as_before_says_that_restless_ones_were_no_leak():
    home = Home(limits=only(terms.SMALL_LEAK))
    home.days(10)
    for _ in range(5):
        home.days(1, {hour: 4 for hour in range(24)})
        home.days(1)
    expect(home.said(), [])


def test_a_small_leak_that_is_cleared_has_to_add_up_again():
    home = Home()
    home.days(11)
    home.days(4, leak_each_s=600)
    expect(home.levels()[terms.SMALL_LEAK], 1)
    watch = home.watch()
    expect([(c.before, c.level) for c in watch.clear(terms.SMALL_LEAK)], [(1, 0)])
    home.keep(watch)
    home.days(1, leak_each_s=600)
    expect(terms.SMALL_LEAK in home.levels(), False)


def test_water_of_a_large_main_does_not_begin_at_zero_again():
    home = Home(100_000)
    for hour in range(7 * 24):  # 36 m3/h; a word holds 4295 m3
        begin_s = hour * HOUR_S
        home.pass_time(begin_s + HOUR_S, range(begin_s + 10, begin_s + HOUR_S + 1, 10))
    row = home.watch().active()[0]
    expect((row.kind, row.level, row.lost_ml >= 0xFFFFFFFF), (terms.CONTINUOUS, 2, True))


def test_all_that_lasts_is_194_bytes_and_what_flash_keeps_is_35():
    home = Home()
    home.days(12, leak_each_s=900)
    expect((len(home.packed), Whole.BYTES), (194, 194))
    expect((len(home.watch().learned()), Whole.LEARNED_BYTES), (35, 35))
    expect(home.watch().pack(), home.packed)
