"""Promise: each rule begins and ends as docs/leaks.md says, at the second that it says."""

from expect import expect
from firmware.core.leaks import terms
from firmware.core.leaks.whole import Whole
from home import DAY_S, FAMILY, HOUR_S, Home


def each(first_s, last_s, step_s):
    return list(range(first_s, last_s + 1, step_s))


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


def test_the_flow_of_a_burst_is_known_by_pulses_of_100_l():
    home = Home(100_000)
    times_s = each(5000, 5000 + 9000, 600)
    home.pass_time(4000)
    home.bursts, home.burst_s = 1, 5000
    for n, at_s in enumerate(times_s):
        home.times_s = []  # the coprocessor holds the newest one
        home.pass_time(at_s, times_s[n : n + 1])
    rows = home.changes
    expect([(row.kind, row.level) for row in rows], [(terms.BURST, 1), (terms.BURST, 2)])
    for row in rows:
        expect(abs(row.rate_ml_h - 600_000) <= row.rate_error_ml_h, True)


def test_use_before_a_leak_does_not_make_its_rate_smaller():
    home = Home(limits=only(terms.CONTINUOUS, long_notice_s=9 * DAY_S))
    leak_s = DAY_S + 20_000
    use_s = each(leak_s - 16_400, leak_s - 5600, 1800)  # 2 L/h; the long run begins with it
    home.pass_time(use_s[0] - 1)
    home.pass_time(leak_s + 25 * HOUR_S, use_s + each(leak_s, leak_s + 25 * HOUR_S, 120))
    found = home.changes[0]
    expect(found.since_s, leak_s)
    expect(abs(found.rate_ml_h - 30_000) <= 500, True)


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


def test_a_burst_is_a_notice_after_30_minutes_and_an_alarm_after_60():
    home = Home()
    begin_s = 5000
    times_s = each(begin_s, begin_s + 5400, 6)
    home.pass_time(begin_s - 1)
    home.bursts, home.burst_s = 1, begin_s
    home.look(times_s[34], times_s[:35])
    home.pass_time(begin_s + 3 * HOUR_S, times_s[35:])  # the mark stays, no pulse comes
    end_s = (times_s[-1] // HOUR_S + 1) * HOUR_S
    expect(home.said(), [(3, 1, begin_s + 1800), (3, 2, begin_s + 3600), (3, 0, end_s)])
    first = home.changes[0]
    expect((first.since_s, first.rate_ml_h), (begin_s, 600_000))
    expect([change.lost_ml // 1000 for change in home.changes], [300, 600, 900])


def test_a_burst_that_a_late_look_finds_is_as_old_as_its_flow():
    for begin_s in (2400, 3000, 3590):
        home = Home()
        home.look(1200)
        times_s = each(begin_s, begin_s + 2 * HOUR_S, 6)
        home.bursts, home.burst_s = 1, begin_s
        home.pass_time(begin_s + 2 * HOUR_S, times_s)
        expect(home.said(), [(3, 1, begin_s + 1800), (3, 2, begin_s + 3600)])
        notice = home.changes[0]
        expect((notice.since_s, abs(notice.lost_ml - 300_000) <= 9000), (begin_s, True))


def test_a_burst_that_somebody_has_seen_to_has_to_last_as_long_again():
    home = Home()
    home.bursts, home.burst_s = 1, 10
    times_s = each(10, 3 * HOUR_S, 6)
    home.look(300, times_s[:49])
    home.pass_time(2400, times_s[49:399])
    watch = home.watch()
    expect([change.level for change in watch.clear(terms.BURST)], [0])
    home.keep(watch)
    home.changes = []
    home.pass_time(3 * HOUR_S, times_s[399:])
    expect(home.said(), [(3, 1, 2400 + 1800), (3, 2, 2400 + 3600)])


def test_a_burst_that_pauses_is_none():
    for pause_s, count in ((None, 1), (900, 0)):
        home = Home()
        home.bursts, home.burst_s = 1, 10
        home.look(300, each(10, 300, 6))
        if pause_s:
            home.bursts, home.burst_s = 2, pause_s
        home.pass_time(2100, each(306, 2100, 6))
        expect(len(home.changes), count)


def test_two_bursts_of_35_minutes_with_a_pause_that_no_look_saw_are_no_alarm():
    home = Home()
    home.pass_time(HOUR_S)
    first, second = each(3610, 5710, 6), each(6310, 8410, 6)
    home.bursts, home.burst_s = 1, first[0]
    home.look(first[34], first[:35])
    home.pass_time(first[-1], first[35:])
    home.bursts, home.burst_s = 2, second[0]  # the coprocessor wakes for it
    home.look(second[34], second[:35])
    home.pass_time(second[-1], second[35:])
    expect([(change.kind, change.level) for change in home.changes], [(3, 1)])
    expect(home.watch().active()[0].lost_ml > 650_000, True)
    home.pass_time(second[0] + HOUR_S, each(8416, second[0] + HOUR_S, 6))
    expect(home.said()[1:], [(3, 2, second[0] + HOUR_S)])
    expect(home.changes[1].since_s, second[0])


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


def test_a_meter_stands_still_after_4_weeks_or_three_times_the_longest_pause():
    for learning, limit_days in ((3, 28), (254, 28), (255, 10)):
        home = Home(limits=only(terms.NO_FLOW))
        home.days(learning, {7: 3, 19: 3})
        last_s = home.times_s[0]
        home.pass_time(home.now_s + 60 * DAY_S)
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


def test_water_of_a_large_main_does_not_begin_at_zero_again():
    home = Home(100_000)
    for hour in range(7 * 24):  # 36 m3/h; a word holds 4295 m3
        begin_s = hour * HOUR_S
        home.pass_time(begin_s + HOUR_S, range(begin_s + 10, begin_s + HOUR_S + 1, 10))
    row = home.watch().active()[0]
    expect((row.kind, row.level, row.lost_ml >= 0xFFFFFFFF), (terms.CONTINUOUS, 2, True))


def test_all_that_lasts_is_196_bytes_and_what_flash_keeps_is_35():
    home = Home()
    home.days(12, leak_each_s=900)
    expect((len(home.packed), Whole.BYTES), (196, 196))
    expect((len(home.watch().learned()), Whole.LEARNED_BYTES), (35, 35))
    expect(home.watch().pack(), home.packed)


def only(kind, **other):
    """Limits that watch for one kind."""
    usual = terms.usual(1000, 1, 244)
    names = dict(zip(LIMITS, usual))
    names.update(other)
    names["kinds"] = 1 << kind
    return terms.Limits(**names)


LIMITS = (
    "pulse_weight_ml", "pulse_weight_pulses", "kinds", "gap_s", "notice_s", "alarm_s",
    "long_gap_s", "long_notice_s", "busy_notice_s", "long_alarm_s", "slack_ml", "sum_ml",
    "burst_s", "burst_notice_s", "burst_alarm_s", "high_use_percent", "reverse_ml", "no_flow_s",
    "freeze_centi_c",
)  # fmt: skip
