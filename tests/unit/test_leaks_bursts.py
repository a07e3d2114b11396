"""Promise: a burst begins and ends as docs/leaks.md says, at the second that it says."""

from expect import expect
from firmware.core.leaks import terms
from home import HOUR_S, Home, each


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


def test_an_alarm_ends_at_the_next_look_although_water_flows_again_by_then():
    home = Home(10_000)
    home.pass_time(HOUR_S)
    first = each(3610, 3610 + 75 * 60, 30)
    home.bursts, home.burst_s = 1, first[0]
    home.look(first[10], first[:11])
    home.pass_time(first[-1], first[11:])
    expect(home.said(), [(3, 1, first[0] + 1800), (3, 2, first[0] + HOUR_S)])
    for n in range(6):  # 25 minutes on, 10 off; the coprocessor has no wake left
        begin_s = first[-1] + 600 + n * 2100
        home.bursts, home.burst_s = 2 + n, begin_s
        home.pass_time(begin_s + 1500, each(begin_s, begin_s + 1500, 40))
    end = home.changes[2]
    expect((end.kind, end.before, end.level), (terms.BURST, 2, 1))
    expect(first[-1] < end.begin_s <= first[-1] + HOUR_S, True)
    home.pass_time(home.now_s + HOUR_S)
    expect([change.level for change in home.changes], [1, 2, 1, 0])
