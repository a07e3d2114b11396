"""Promise: no closing as long as the sensor's figures say is missed; figures that can't be met
are refused with the limit.
"""

from expect import expect, expect_raises
from firmware.config import checked
from firmware.core.errors import ConfigError
from firmware.hal.rtc_pins import PINS

_REED_BOUNCE_US = 5000
_RING = 56
_WRAP_S = 25_000


def _sampling(**values):
    return checked(values).sampling()


def _refused(sentence, **values):
    expect(str(expect_raises(ConfigError, checked(values).sampling)), sentence)


def _grid():
    """(values, what is derived from them) of many sensors; None for those that are refused."""
    for sensor in ("reed", "pair", "electronic"):
        for shortest_ms in (4, 5, 7, 10, 15, 25, 40, 60, 85, 86, 120, 250, 700, 2000):
            for stable_us in (0, 1000, 3999, 4000, 8000, 22_999, 23_000, 46_000, 200_000):
                values = {"pulse_shortest_ms": shortest_ms, "pulse_stable_us": stable_us}
                values["pulse_sensor"] = "reed" if sensor == "pair" else sensor
                if sensor == "pair":
                    values["pulse_pin_b"] = 33
                try:
                    yield values, checked(values).sampling()
                except ConfigError:
                    yield values, None


# The defaults.


def test_a_reed_is_believed_after_ten_samples_or_after_24_when_it_bounced():
    found = _sampling()
    expect((found.calm_samples, found.strict_samples), (10, 24))
    expect((found.idle_us, found.calm_us, found.strict_us), (21_250, 5111, 2000))
    expect((found.pins(), found.dead_us), ((32,), 100_000))
    expect((found.commit_pulses, found.burst_pulses, found.burst_s), (100, 35, 244))


def test_an_electronic_output_is_believed_after_two_equal_samples():
    found = _sampling(pulse_sensor="electronic", pulse_shortest_ms=10)
    expect((found.calm_samples, found.strict_samples), (2, 2))
    expect((found.idle_us, found.calm_us, found.strict_us), (3333, 3333, 3333))
    expect(found.dead_us, 0)


def test_each_of_two_reeds_is_believed_after_five_samples():
    found = _sampling(pulse_pin_b=33)
    expect((found.calm_samples, found.strict_samples), (5, 5))
    expect((found.calm_us, found.strict_us), (2000, 2000))
    expect((found.pins(), found.dead_us), ((32, 33), 0))


def test_a_hall_sensor_is_not_sampled_and_may_be_at_any_pin():
    found = _sampling(pulse_sensor="hall", pulse_pin=5, pulse_shortest_ms=4)
    expect((found.sensor, found.pins()), ("hall", (5,)))


def test_a_dead_time_that_is_set_is_taken_whatever_the_sensor():
    for values in ({}, {"pulse_pin_b": 33}, {"pulse_sensor": "electronic"}):
        for dead_ms in (0, 30, 60):
            expect(_sampling(pulse_dead_ms=dead_ms, **values).dead_us, 1000 * dead_ms)


def test_a_dead_time_never_swallows_a_pulse():
    for shortest_ms in range(43, 2000, 50):
        found = _sampling(pulse_shortest_ms=shortest_ms, pulse_stable_us=23_000)
        expect(found.dead_us <= 2 * 870 * shortest_ms - found.idle_us, True)
    _refused(
        "pulse_dead_ms is 200, but two pulses may be only 126 ms apart by pulse_shortest_ms",
        pulse_dead_ms=200,
    )


# Refusals.


def test_a_pin_that_the_coprocessor_cannot_read_is_refused_with_those_that_it_can():
    listed = "0, 2, 4, 12, 13, 14, 15, 25, 26, 27, 32, 33, 34, 35, 36, 39"
    for pin in range(40):
        if pin in PINS:
            other = 33 if pin == 32 else 32
            expect(_sampling(pulse_pin=pin, pulse_pin_b=other).pins(), (pin, other))
            continue
        tail = "is %d, which the coprocessor can't read; it reads %s" % (pin, listed)
        _refused("pulse_pin " + tail, pulse_pin=pin)
        _refused("pulse_pin_b " + tail, pulse_pin_b=pin)


def test_two_reeds_at_one_pin_are_refused():
    _refused("pulse_pin_b is 34 like pulse_pin: two reeds need two", pulse_pin=34, pulse_pin_b=34)


def test_a_stable_time_of_less_than_one_poll_a_sample_is_refused_with_the_least_that_goes():
    for values, polls in (
        ({}, 23),
        ({"pulse_pin_b": 33}, 4),
        ({"pulse_sensor": "electronic"}, 1),
    ):
        least_us = 1000 * polls
        expect(_sampling(pulse_stable_us=least_us, **values).strict_us, 1000)
        _refused(
            "pulse_stable_us is %d, but must be at least %d: %d polls of 1000 us"
            % (least_us - 1, least_us, polls),
            pulse_stable_us=least_us - 1,
            **values,
        )


def test_a_closing_too_short_for_the_stable_time_is_refused():
    tail = "too short for a level that must be stable for %d us"
    _refused("pulse_shortest_ms is 50, " + tail % 46_000, pulse_shortest_ms=50)
    _refused("pulse_shortest_ms is 25, " + tail % 8000, pulse_shortest_ms=25, pulse_pin_b=33)
    values = {"pulse_sensor": "electronic", "pulse_shortest_ms": 10, "pulse_stable_us": 5000}
    _refused("pulse_shortest_ms is 10, " + tail % 5000, **values)


def test_an_unknown_sensor_is_refused_with_those_that_are_known():
    for name in ("", "Reed", "reeds", "pcnt"):
        tail = "but must be one of reed, electronic, hall"
        _refused("pulse_sensor is %r, %s" % (name, tail), pulse_sensor=name)


def test_a_hall_sensor_with_a_second_pin_is_refused():
    sentence = "pulse_pin_b is for a second reed; a hall sensor has one pin"
    _refused(sentence, pulse_sensor="hall", pulse_pin_b=33)


# What holds for every setting.


def test_the_shortest_level_is_believed_even_by_a_clock_that_is_13_percent_slow():
    taken = refused = 0
    for values, found in _grid():
        if not found:
            refused += 1
            continue
        taken += 1
        lasts_us = 1000 * values["pulse_shortest_ms"]
        bounce_us = lasts_us // 5 if found.sensor == "electronic" else _REED_BOUNCE_US
        if found.pin_b >= 0:
            lasts_us //= 2  # then the other reed changes
        for samples, period_us in (
            (found.calm_samples, found.calm_us),
            (found.strict_samples, found.strict_us),
        ):
            # Seen a whole idle period late, and then in so many samples more.
            needs_us = found.idle_us + (samples - 1) * period_us
            expect(bounce_us + needs_us * 100 // 87 <= lasts_us, True)
            expect(1000 <= period_us <= found.idle_us * 10 // 9 + 1 or samples == 10, True)
        expect(found.idle_us <= 100_000 or found.sensor == "electronic", True)
    expect((taken > 100, refused > 100), (True, True))


def test_a_burst_fits_the_ring_and_the_clock_and_is_never_less_than_what_is_set():
    watched = 0
    for weight_ml in (1, 10, 500, 1000, 10_000, 1_000_000, 100_000_000):
        for pulses in (1, 3, 450, 1_000_000):
            for l_per_h in (1, 50, 500, 20_000, 1_000_000):
                for burst_s in (30, 300, 3600):
                    found = _sampling(
                        pulse_weight_ml=weight_ml,
                        pulse_weight_pulses=pulses,
                        burst_l_per_h=l_per_h,
                        burst_s=burst_s,
                    )
                    intervals, span_s = found.burst_pulses - 1, found.burst_s
                    if not found.burst_pulses:
                        expect(span_s, 0)
                        continue
                    watched += 1
                    expect(1 <= intervals <= _RING and 1 <= span_s, True)
                    expect(intervals * span_s <= _WRAP_S, True)  # any flow that fills the ring
                    water = 3600 * weight_ml * intervals
                    hourly = 1000 * l_per_h * pulses
                    expect(hourly * span_s <= water < hourly * (span_s + 1), True)
    expect(watched > 100, True)


def test_no_burst_is_looked_for_when_none_is_set():
    found = _sampling(burst_l_per_h=0)
    expect((found.burst_pulses, found.burst_s), (0, 0))


def test_too_fast_is_more_than_a_quarter_above_the_overload_flow():
    for weight_ml in (500, 1000, 10_000, 100_000):
        for q3_l_per_h in (1600, 2500, 4000, 16_000, 100_000):
            found = _sampling(pulse_weight_ml=weight_ml, q3_l_per_h=q3_l_per_h)
            q4_l_per_h = 1.25 * q3_l_per_h
            spacing_us = 3600.0 * 1000 * weight_ml / (1.25 * q4_l_per_h)
            # A poll and its bounce may make two pulses seem closer than they were.
            limit_us = max(0, spacing_us - found.idle_us - _REED_BOUNCE_US)
            expect(abs(found.fastest_us - limit_us) <= 1, True)
    expect(_sampling().fastest_us, 895_350)  # 1 L and 2500 L/h: at 3125 L/h 1,152,000


def test_a_pulse_weight_as_a_fraction_has_the_limits_of_its_quotient():
    whole = _sampling(pulse_weight_ml=500)
    part = _sampling(pulse_weight_ml=1000, pulse_weight_pulses=2)
    for name in ("fastest_us", "burst_pulses", "burst_s"):
        expect(getattr(part, name), getattr(whole, name))
