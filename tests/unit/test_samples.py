"""Promise: a voltage is what its samples say, whatever spikes and mains are on the wire."""

import math
import random

from expect import expect
from firmware.core.root import combined, root
from firmware.core.samples import COUNT, SPACING_MS, figures


def _line(level_uv, noise_uv=0, mains_uv=0, hz=50, phase=0.0, spikes=0):
    found = []
    for n in range(COUNT):
        angle = 2 * math.pi * hz * n * SPACING_MS / 1e3 + phase
        noise = random.randint(-noise_uv, noise_uv) if noise_uv else 0
        found.append(level_uv + noise + int(mains_uv * math.sin(angle)))
    for n in range(spikes):
        found[7 * n + 3] = 3_100_000
    return found


def test_roots_are_exact():
    for n in list(range(300)) + [10**12 - 1, 10**12, (1 << 60) - 1, (1 << 62) + 12345]:
        found = root(n)
        expect(found * found <= n < (found + 1) * (found + 1), True)
    expect(combined(3, 4), 5)
    expect(combined(3_000_000, -4_000_000), 5_000_000)


def test_a_quiet_line_is_its_value():
    expect(tuple(figures(_line(412_000))), (412_000, 0, 0, 0))


def test_spikes_change_no_value():
    random.seed(1)
    found = figures(_line(400_000, noise_uv=3000, spikes=5))
    expect(abs(found.uv - 400_000) < 2000, True)
    expect(found.spread_uv > 100_000, True)


def test_noise_is_told_as_its_deviation():
    random.seed(2)
    found = figures(_line(1_000_000, noise_uv=60_000))  # evenly: 60 mV / sqrt(3)
    expect(25_000 < found.spread_uv < 45_000, True)
    expect(abs(found.uv - 1_000_000) < 25_000, True)


def test_mains_of_either_frequency_is_found_and_has_no_part_in_the_mean():
    for hz in (50, 60):
        for phase in (0.0, 0.7, 1.5, 3.0):
            samples = _line(500_000, mains_uv=80_000, hz=hz, phase=phase)
            expect(abs(sum(samples) // COUNT - 500_000) < 100, True)
            found = figures(samples)
            expect(abs(found.mains_uv - 80_000) < 800, True)
            expect(abs(found.uv - 500_000) < 12_000, True)


def test_another_frequency_is_no_mains():
    for hz in (20, 100, 120):
        expect(figures(_line(500_000, mains_uv=80_000, hz=hz)).mains_uv < 2000, True)
