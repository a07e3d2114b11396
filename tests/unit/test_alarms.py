"""Promise: an alarm is told once, at once when it is urgent, and nothing but water begins it.

The rules are those of the meter; only the counter under them is a fake.
"""

import gc

from cuts import next_cut
from expect import expect
from firmware.core import event
from firmware.core.leaks import terms
from firmware.storage.watch_state import WatchState
from meter import CONFIG, Meter
from watch import begun, check, power_lost_meter, wakes

_SIX_HOURS = CONFIG % 21_600
_NOTICE, _ALARM = 31, 32  # of a burst, as in the events


def _meter(config=_SIX_HOURS):
    meter = begun(Meter(config))
    wakes(meter, 1, pulses=3)
    return meter


def _burst_begins(meter):
    """35 pulses within the burst's window; the coprocessor wakes the CPU, which sees it."""
    meter.advance(-3_000_000)
    meter.counter.begin_burst()
    meter.pulse(35)
    meter.wake()
    meter.pulse(90)  # until the next look


def _bursting():
    """The wake that comes next finds the burst half an hour old."""
    meter = _meter()
    _burst_begins(meter)
    expect(_told(meter), [])
    return meter


def _told(meter):
    """(before, after) of the alarms in the journal."""
    return [(one.before, one.after) for one in meter.events(event.ALARM)]


def _arrived(meter):
    return [tuple(row[3:5]) for row in meter.network.events if row[2] == event.ALARM]


def _known(meter):
    retained = meter.retained()
    retained.load()
    return WatchState(retained)


def _goes_on(meter, after):
    """Wakes of the burst until it has got that far."""
    for _ in range(6):
        if after in [one[1] for one in _told(meter)]:
            return
        meter.pulse(40)
        meter.wake()
    raise AssertionError("%r and not %d" % (_told(meter), after))


def test_a_burst_is_told_while_it_runs_and_once_for_each_level():
    meter = _bursting()
    began_s = meter.true_s()
    sessions = meter.network.sessions
    meter.wake()
    expect((_told(meter), _arrived(meter)), ([(30, _NOTICE)], [(30, _NOTICE)]))
    expect(meter.network.sessions, sessions + 1)
    _goes_on(meter, _ALARM)
    expect(_arrived(meter), [(30, _NOTICE), (_NOTICE, _ALARM)])
    expect(meter.true_s() - began_s < 7200, True)
    meter.counter.end_burst()
    wakes(meter, 3)
    expect(_arrived(meter), [(30, _NOTICE), (_NOTICE, _ALARM), (_ALARM, 30)])
    check(meter)


def test_the_text_has_age_rate_error_and_litres_in_forty_bytes():
    meter = _bursting()
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
        told = [one[1] for one in _told(meter)]
        expect((told.count(_NOTICE), told.count(_ALARM) <= 1), (1, True))
        meter.counter.end_burst()
        wakes(meter, 2)
        told = [one[1] for one in _told(meter)]
        expect((told.count(_NOTICE), told.count(30)), (1, 1))
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
        meter = _bursting()
        ended = meter.wake(cut)
        _is_told_once(meter, cut)
    expect(cut > 30, True)


def test_a_loss_of_power_in_the_wake_that_raises_an_alarm_costs_its_time_and_not_the_alarm():
    cut, ended = 0, None
    while ended is None:
        cut = next_cut(cut + 10)
        meter = _bursting()
        ended = meter.wake(cut)
        meter.lose_power()
        wakes(begun(meter), 1)
        _burst_begins(meter)  # it runs on
        _goes_on(meter, _ALARM)
        told = [one[1] for one in _told(meter)]
        expect((told.count(_ALARM), told.count(_NOTICE) in (1, 2)), (1, True))
        check(meter)


def test_what_storage_could_not_take_is_told_when_it_can():
    meter = _bursting()
    meter.storage_fails = True
    wakes(meter, 1)
    expect(len(_known(meter).rows), 1)
    meter.storage_fails = False
    meter.pulse(90)
    meter.wake()
    expect([one[1] for one in _told(meter)].count(_NOTICE), 1)
    expect(_known(meter).rows, [])


def test_without_a_network_it_is_tried_as_any_report_and_arrives_once():
    meter = _bursting()
    meter.network.no_broker = True
    for _ in range(2):
        meter.pulse(90)
        meter.wake()
    tried = meter.state().failures
    expect(1 <= tried <= 2, True)
    expect(_known(meter).urgent_seq >= meter.state().event_cursor_seq, True)
    meter.network.no_broker = False
    for _ in range(8):
        meter.pulse(90)
        meter.wake()
    expect(_arrived(meter), [(30, _NOTICE), (_NOTICE, _ALARM)])
    expect(_known(meter).urgent_seq < meter.state().event_cursor_seq, True)


def _notice_s(meter, begin_s):
    """Seconds from the begin of a burst, by up_s, to the look that knows it for one."""
    for _ in range(4):
        meter.wake()
        if _NOTICE in [one[1] for one in _told(meter)]:
            known = _known(meter)
            expect(abs(known.up_s - begin_s - 1800) <= 120, True)
            return
    raise AssertionError("no notice: %r" % _told(meter))


def _garden(config):
    meter = _meter(config)
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
        expect((meter.counter.budget(), _told(meter)), (0, []))
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
    meter = _meter(CONFIG % 86_400)
    wakes(meter, 1)
    sessions, began_s = meter.network.sessions, meter.true_s()
    for _ in range(10):
        _burst_begins(meter)
        meter.wake()  # half an hour: a notice
        meter.counter.end_burst()
        meter.wake()  # it is over
    expect(meter.true_s() - began_s < 70_000, True)
    expect(len(_told(meter)), 20)
    expect(_known(meter).reports, 8)
    # Eight begins, the ends between them, and the day's.
    expect(15 <= meter.network.sessions - sessions <= 16, True)


def test_a_clock_that_is_stepped_neither_begins_nor_ends_an_alarm():
    for offset_s in (-400_000, 90_000):
        meter = _bursting()
        _goes_on(meter, _ALARM)
        meter.network.offset_s = offset_s
        for _ in range(4):  # a second word is believed
            meter.pulse(40)
            meter.press(early_ms=60_000)
            meter.wake()
        expect(bool(meter.events(event.CLOCK_SET)[1:]), True)
        expect(_told(meter), [(30, _NOTICE), (_NOTICE, _ALARM)])


def test_an_alarm_that_is_on_survives_a_loss_of_power_and_is_not_told_again():
    meter = _bursting()
    _goes_on(meter, _ALARM)
    before = _told(meter)
    expect(before, [(30, _NOTICE), (_NOTICE, _ALARM)])
    meter.lose_power()
    meter.wake()
    meter.counter.begin_burst()
    meter.wake()
    expect(_told(meter)[:2], before)
    told = _told(meter)[2:]
    expect(told in ([], [(_ALARM, 30)]), True)


def test_a_loss_of_power_without_an_alarm_begins_none():
    meter = begun(power_lost_meter())
    wakes(meter, 5, pulses=1)
    expect((_told(meter), _known(meter).levels), ([], 0))


def test_another_configuration_keeps_an_alarm_and_switching_it_off_ends_it_once():
    meter = _bursting()
    _goes_on(meter, _ALARM)
    meter.system.put_config(
        b'{"device": "m", "broker_host": "b", "report_s": 3600, "message_bytes": 320}'
    )
    wakes(meter, 2, pulses=90)
    expect(_told(meter), [(30, _NOTICE), (_NOTICE, _ALARM)])
    meter.system.put_config(
        b'{"device": "m", "broker_host": "b", "report_s": 3600, "message_bytes": 320,'
        b' "alarms_off": "burst"}'
    )
    wakes(meter, 3, pulses=90)
    expect(_told(meter), [(30, _NOTICE), (_NOTICE, _ALARM), (_ALARM, 30)])


def test_a_counter_that_begins_at_zero_is_no_water():
    meter = _meter()
    wakes(meter, 2, pulses=5)
    meter.counter.is_counting = False
    wakes(meter, 5)
    expect((_told(meter), _known(meter).levels), ([], 0))
    expect(meter.counter.forward < 10, True)


def test_an_odometer_that_is_handed_over_is_no_water():
    from firmware.service.register import hand_over

    meter = _meter()
    state, retained = meter.state(), meter.retained()
    retained.load()
    seen = _known(meter).pulses
    from firmware.keeping import Keeping
    from firmware.timing import when

    keeping = Keeping(meter._open_store, meter.vault, None)
    keeping.begin(state, lambda: retained.save(state), lambda: when(state.time), retained.count)
    hand_over(state, keeping, 987_000_000, "A")
    retained.save(state)
    wakes(meter, 3)
    expect((_told(meter), _known(meter).pulses), ([], seen))


def test_in_safe_mode_nothing_is_looked_at_and_nothing_is_forgotten():
    meter = _bursting()
    _goes_on(meter, _ALARM)
    before = _known(meter)
    meter.report_crashes = True
    meter.press(early_ms=60_000)
    for _ in range(3):
        meter.wake()
    looked_s = _known(meter).up_s
    wakes(meter, 3, pulses=90)
    expect((_known(meter).up_s, _known(meter).levels), (looked_s, before.levels))


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
    known.rows, known.rules, known.seq = [row] * 4, watch.pack(), 77
    known.keep()
    expect(len(retained.packed) <= 330, True)
    again = WatchState(retained)
    kept = terms.Change(terms.BURST, 1, 2, 1 << 31, 5, (1 << 32) - 1, (1 << 32) - 1, 0)
    expect((again.rows, again.rules, again.seq), ([kept] * 4, known.rules, 77))
