"""Promise: a burst is a notice in 32 minutes, also when gardens have used all wakes of the day; a
flood of bursts costs eight reports a day.
"""

import gc

from bursts import NOTICE, alarms_told, burst_begins, calm_meter, known_to
from cuts import next_cut
from expect import expect
from meter import CONFIG
from watch import wakes


def _notice_s(meter, begin_s):
    """Seconds from the begin of a burst, by up_s, to the look that knows it for one."""
    for _ in range(4):
        meter.wake()
        if NOTICE in [one[1] for one in alarms_told(meter)]:
            known = known_to(meter)
            expect(abs(known.up_s - begin_s - 1800) <= 120, True)
            return
    raise AssertionError("no notice: %r" % alarms_told(meter))


def _garden(config):
    meter = calm_meter(config)
    _water(meter)
    return meter


def _water(meter):
    """For some minutes: it is over before the look half an hour later, which comes next."""
    meter.counter.begin_burst()
    meter.end_sleep_when_asked(early_ms=3_000_000)
    meter.wake()
    meter.counter.end_burst()


def test_a_burst_behind_gardens_that_used_all_wakes_is_a_notice_in_32_minutes():
    config = b'{"device": "m", "broker_host": "b", "report_s": 86400, "wake_budget": 1}'
    for pause_s in (30, 900, 1700):
        meter = _garden(config)
        wakes(meter, 2)
        expect(meter.counter.budget(), 1)
        _water(meter)
        expect((meter.counter.budget(), alarms_told(meter)), (0, []))
        meter.advance(-1_800_000 + 1000 * pause_s)  # before the look at the last one
        begin_s = meter.clock.since_power_ms() // 1000
        meter.counter.begin_burst()
        expect(meter.counter.asks(), False)
        meter.advance(1_800_000 - 1000 * pause_s)
        _notice_s(meter, begin_s)


def _disturbed(config, at):
    """A burst begins at that port call of a wake behind the budget; False when it has fewer."""
    gc.collect()
    meter = _garden(config)
    begun_s = []

    def happens():
        begun_s.append(meter.clock.since_power_ms() // 1000)
        meter.counter.begin_burst()

    meter.wake(at, happens)
    if begun_s:
        _notice_s(meter, begun_s[0])
    return bool(begun_s)


def test_a_burst_that_begins_in_a_wake_behind_the_budget_is_a_notice_in_32_minutes():
    for report_s in (86_400, 3600):
        config = (
            b'{"device": "m", "broker_host": "b", "report_s": %d, "wake_budget": 1}' % report_s
        )
        at = next_cut(0)
        while _disturbed(config, at):
            at = next_cut(at)
        expect(at > 15, True)


def test_a_flood_of_bursts_is_told_at_once_eight_times_a_day_and_the_rest_later():
    meter = calm_meter(CONFIG % 86_400)
    wakes(meter, 1)
    sessions, began_s = meter.network.sessions, meter.true_s()
    for _ in range(10):
        burst_begins(meter)
        meter.wake()  # half an hour: a notice
        meter.counter.end_burst()
        meter.wake()  # it is over
    expect(meter.true_s() - began_s < 70_000, True)
    expect(len(alarms_told(meter)), 20)
    expect(known_to(meter).reports, 8)
    # Eight begins, the ends between them, and the day's.
    expect(15 <= meter.network.sessions - sessions <= 16, True)
