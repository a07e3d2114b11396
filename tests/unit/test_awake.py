"""Promise: a meter that has to stay awake to count does all that a sleeping one does."""

from expect import expect
from firmware.core import record
from meter import Meter
from ports import Cut
from watch import check

_CONFIG = b'{"device": "m", "pulse_sensor": "hall"}'


class Tap:
    """Water for a meter that stays awake: so many pulses in each second, until a reset."""

    def __init__(self, meter):
        self.meter = meter
        self.per_s = 0
        self.now_s = self.end_s = 0
        self.written_s = []  # when flash was found to have been written
        self.at = {}  # second: what happens then
        self._changes = 0
        meter.clock.sleep_ms = self._sleep_ms

    def run(self, seconds, per_s=0):
        """What wake() returns: None after the reset at the end."""
        self.per_s, self.end_s = per_s, self.now_s + seconds
        self._changes = self.meter.nvs.writes
        return self.meter.wake()

    def _sleep_ms(self, ms):
        expect(ms, 1000)
        meter = self.meter
        # What the last second brought has survived already.
        expect(
            (meter.state().pulses, meter.state().odometer_ml), (meter.pulses, 1000 * meter.pulses)
        )
        if meter.nvs.writes != self._changes:
            self._changes = meter.nvs.writes
            self.written_s.append(self.now_s)
        if self.now_s >= self.end_s:
            raise Cut
        meter.clock.advance(ms)
        self.now_s += 1
        if self.now_s in self.at:
            self.at[self.now_s]()
        meter.pulse(self.per_s)


def _tap(config=_CONFIG):
    return Tap(Meter(config, stays_awake=True))


def test_hours_pass_without_a_deep_sleep_and_each_has_its_record():
    tap = _tap()
    expect(tap.run(3 * 3600 + 60, per_s=2), None)
    readings = check(tap.meter)
    expect([r.time_s // 10 for r in readings], [0, 360, 720, 1080])
    expect([abs(r.interval_ml - 7_200_000) <= 4000 for r in readings[1:]], [True] * 3)
    expect([r.flags & ~record.TIME_UNKNOWN for r in readings[1:]], [0, 0, 0])


def test_no_minute_is_spent_on_a_proof_of_counting_in_sleep():
    tap = _tap()
    looked = []
    tap.meter.power.cause = lambda: looked.append(0) or "power_on"
    tap.run(3500)
    expect((tap.meter.state().pace, tap.meter.state().running), (0, 0))
    expect(len(looked), 2)  # to choose what this life is for, and to begin its only wake
    expect(tap.meter.counter.prepared, 1)  # one wake in all this time


def test_the_watchdog_is_fed_each_second():
    tap = _tap()
    fed = []
    tap.meter.power.feed = lambda: fed.append(tap.now_s)
    tap.run(200)
    expect(fed, list(range(1, 201)))


def test_flash_is_written_once_a_minute_at_the_most_and_each_100_pulses_at_the_least():
    for per_s, written_s in (
        (0, [0]),
        (1, [0, 100, 200, 300]),
        (10, [0, 60, 120, 180, 240, 300]),
        (700, [0, 60, 120, 180, 240, 300]),
    ):
        tap = _tap()
        tap.run(359, per_s)
        expect(tap.written_s, written_s)


def test_a_loss_of_power_costs_a_minute_of_water():
    for seconds in (0, 1, 59, 60, 61, 150):
        tap = _tap()
        tap.run(seconds, per_s=10)
        before = tap.meter.pulses
        tap.meter.lose_power()
        expect(0 <= before - tap.meter.pulses < 600, True)
        tap.run(5)
        last = check(tap.meter)[-1]
        expect((last.pulses, bool(last.flags & record.COUNTER_FAULT)), (tap.meter.pulses, False))


def test_a_reset_costs_no_counted_pulse_and_is_told_as_a_gap_in_counting():
    tap = _tap()
    for _ in range(4):
        tap.run(1000, per_s=3)
    expect(tap.meter.state().pulses, 12_000)
    last = check(tap.meter)[-1]
    expect(bool(last.flags & record.COUNTER_FAULT), True)


def test_a_storage_fault_is_mended_by_a_deep_sleep_of_a_second():
    tap = _tap()

    def fail():
        tap.meter.flash.fail_at = tap.meter.flash.changes
        tap.meter.flash.fails_for_ever = True

    tap.at[1000] = fail
    expect(tap.run(9999, per_s=1), 1000)
    expect(tap.now_s // 10, 720)  # one slot has failed, and it has counted until the next
    pulses = tap.meter.pulses
    tap.meter.flash.fail_at = None
    expect(tap.run(10, per_s=1), None)
    last = check(tap.meter)[-1]
    told = record.STORAGE_FAULT | record.COUNTER_FAULT
    expect((last.pulses, last.flags & told), (pulses, told))


def test_water_is_counted_in_the_pause_after_a_crash():
    tap = _tap(b'{"device": "m", "pulse_sensor": "hall", "broker_host": "b"}')
    tap.meter.report_crashes = True
    tap.run(59, per_s=5)
    expect((tap.meter.state().running, tap.meter.state().pulses), (1, 295))
