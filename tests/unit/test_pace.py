"""Promise: a coprocessor that does not count in sleep is known within minutes, and told."""

from counter import FakeCounter
from expect import expect
from firmware.config import checked
from firmware.core import pace, record
from firmware.counting import Counting
from firmware.storage.state import State
from meter import CONFIG, Meter
from ports import FakeClock
from watch import begun, check, wakes

_UNKNOWN, _KEPT, _LAME = 0, 1, 2
_FIVE_S = 750_000  # slow-clock cycles
_ALARM = record.COUNTER_FAULT | record.ON_DEMAND


class Sleeper:
    """A counter that runs, looked at after sleeps. next_report_s is 5: nothing is urgent."""

    def __init__(self):
        self.clock = FakeClock()
        self.counter = FakeCounter(self.clock)
        self.counter.begin_at(0)
        self.state = State()
        self.state.next_report_s = 5
        self._counting = Counting(lambda config: self.counter)
        self._config = checked({})
        self._counting.start(self.state, self._config, "timer", False, None)
        self._counting.begin(self.state, self._config)

    def after(self, ms, percent=100):
        """(verdict, flags, True when a report is due at once) after a sleep at this pace."""
        self.counter.sleep_percent = percent
        self.clock.advance(ms)
        self.counter.sleep(ms)
        self._counting.begin(self.state, self._config)
        found = self.state.pace, self.state.flags, not self.state.next_report_s
        self.state.flags, self.state.next_report_s = 0, 5
        return found


def test_the_polls_are_a_percentage_of_the_time_across_their_wrap():
    for start in (0, 0xFFFFFFFF, 0x80000000):
        for elapsed, paced, found in (
            (_FIVE_S, _FIVE_S, 100),
            (_FIVE_S, 0, 0),
            (1 << 31, 1 << 30, 50),
            (0xFFFFFFFF, 0xFFFFFFFF, 100),
        ):
            behind = (start + paced) & 0xFFFFFFFF
            expect(pace.percent(elapsed, behind - start), found)


def test_less_than_five_seconds_say_nothing():
    expect(pace.percent(_FIVE_S - 1, 0), None)
    sleeper = Sleeper()
    expect(sleeper.after(4999, 0), (_UNKNOWN, 0, False))
    expect(sleeper.after(1, 0), (_LAME, _ALARM, True))  # together they do


def test_from_80_to_125_percent_are_kept_and_nothing_else_is():
    for percent in (80, 81, 100, 125):
        expect(Sleeper().after(60_000, percent), (_KEPT, 0, False))
    for percent in (0, 1, 50, 79, 126, 200):
        expect(Sleeper().after(60_000, percent), (_LAME, _ALARM, True))


def test_an_alarm_is_given_at_its_onset_and_the_flag_as_long_as_it_lasts():
    sleeper = Sleeper()
    expect(sleeper.after(60_000), (_KEPT, 0, False))
    for percent in (0, 50):
        flags = record.COUNTER_FAULT if percent else _ALARM
        expect(sleeper.after(3_600_000, percent), (_LAME, flags, percent == 0))
    expect(sleeper.after(3_600_000), (_KEPT, 0, False))
    expect(sleeper.after(3_600_000, 50), (_LAME, _ALARM, True))


def test_a_day_of_hours_is_judged_across_the_wrap_of_the_account():
    sleeper = Sleeper()
    for _ in range(24):  # it wraps after 8 hours
        expect(sleeper.after(3_600_000), (_KEPT, 0, False))
    expect(sleeper.after(3_600_000, 50), (_LAME, _ALARM, True))


def test_a_sleep_longer_than_the_account_is_not_judged_and_the_next_one_is():
    sleeper = Sleeper()
    expect(sleeper.after(8 * 3_600_000, 0), (_UNKNOWN, 0, False))
    expect(sleeper.after(3_600_000), (_KEPT, 0, False))


# A whole meter.


def test_a_new_meter_sleeps_a_minute_once_to_see_that_it_counts():
    meter = Meter()
    expect(meter.wake() // 1000, 60)
    expect(meter.state().pace, _UNKNOWN)
    expect(meter.wake() > 61_000, True)
    expect((meter.state().pace, meter.state().flags, len(check(meter))), (_KEPT, 0, 1))
    expect(abs(meter.wake() - 3_600_000) <= 3000, True)


def test_a_new_meter_whose_coprocessor_stops_in_sleep_says_so_in_its_next_reading():
    for percent in (0, 50):
        meter = Meter()
        meter.counter.sleep_percent = percent
        wakes(meter, 3)
        expect(meter.state().pace, _LAME)
        expect(bool(check(meter)[-1].flags & record.COUNTER_FAULT), True)


def test_a_coprocessor_that_stops_later_is_reported_at_once_and_once():
    meter = begun(Meter(CONFIG % 604_800))
    wakes(meter, 2)
    for percent, reports in ((50, 1), (100, 0), (0, 1)):
        sessions = meter.network.sessions
        meter.counter.sleep_percent = percent
        wakes(meter, 1)  # in whose sleep it happens
        wakes(meter, 1)
        expect(meter.network.sessions - sessions, reports)
        told = meter.network.rows[-1]
        expect(bool(told[5] & record.COUNTER_FAULT), True)
        wakes(meter, 2)
        expect(meter.network.sessions - sessions, reports)
        is_lame = percent < 100
        expect(bool(check(meter)[-1].flags & record.COUNTER_FAULT), is_lame)
