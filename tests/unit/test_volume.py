"""Promise: water is neither made nor lost by the moments at which somebody looks."""

import random

from expect import expect
from firmware.core.volume import pulses_between, volume

_WEIGHTS = ((500, 1), (1000, 1), (10_000, 1), (100_000, 1), (1000, 450), (1, 1_000_000))


def test_any_split_of_the_pulses_into_wakes_gives_the_same_water():
    random.seed(1)
    for weight_ml, weight_pulses in _WEIGHTS:
        for _ in range(60):
            count = begin = random.getrandbits(32)
            total = total_ml = rest = 0
            for _ in range(random.randint(1, 40)):
                pulses = random.getrandbits(random.randint(1, 20)) * random.randint(0, 1)
                last, count = count, (count + pulses) & 0xFFFFFFFF
                seen = pulses_between(count, last)
                expect(seen, pulses)
                added_ml, rest = volume(seen, rest, weight_ml, weight_pulses)
                total += pulses
                total_ml += added_ml
                expect(0 <= rest < weight_pulses, True)
            expect((begin + total) & 0xFFFFFFFF, count)
            expect(total_ml, total * weight_ml // weight_pulses)


def test_the_counter_wraps_without_losing_a_pulse():
    expect(pulses_between(0, 0xFFFFFFFF), 1)
    expect(pulses_between(5, 0xFFFFFFF0), 21)
    expect(pulses_between(0x7FFFFFFF, 0), 0x7FFFFFFF)
    expect(pulses_between(7, 7), 0)


def test_a_counter_that_began_anew_is_not_four_thousand_million_pulses():
    expect(pulses_between(3, 1000), 3)
    expect(pulses_between(0, 1), 0)


def test_450_pulses_of_a_turbine_are_a_litre_whenever_they_are_read():
    rest = total_ml = 0
    for _ in range(450):
        added_ml, rest = volume(1, rest, 1000, 450)
        total_ml += added_ml
    expect((total_ml, rest), (1000, 0))
