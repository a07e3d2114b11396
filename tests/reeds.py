"""Edges of reeds and other contacts for tests, made by seed: lists of (t_us, level), 0 closed."""

import random


def closings(*spans):
    """A contact that is closed from start_ms to end_ms of each span, without bounce."""
    return [edge for start, end in spans for edge in ((start * 1000, 0), (end * 1000, 1))]


def steady(pulses, hz, closed_share=0.4, bounce_us=(5_000, 3_000), seed=1, start_us=500_000):
    """So many pulses at one rate. bounce_us: the longest at (closing, opening), 0: none."""
    rng, edges = random.Random(seed), []
    for number in range(pulses):
        at_us = start_us + round(number * 1_000_000 / hz)
        edges += bouncing(rng, at_us, 0, bounce_us[0])
        edges += bouncing(rng, at_us + round(1_000_000 * closed_share / hz), 1, bounce_us[1])
    return edges


def bouncing(rng, t_us, level, longest_us):
    """One change of level with up to seven false returns within the longest bounce."""
    count = 2 * rng.randrange(8) if longest_us else 0
    times = sorted(rng.sample(range(1, longest_us), count)) if count else []
    changes = [(t_us + after, level ^ 1 ^ number & 1) for number, after in enumerate(times)]
    return [(t_us, level), *changes]


def chatter(seconds, seed=1, start_us=500_000, longest_us=12_000, parked=0):
    """A magnet parked at the switching point: states of 0.2 ms to longest_us, then `parked`."""
    rng, t_us, level, edges = random.Random(seed), start_us, 1 - parked, []
    while t_us < start_us + seconds * 1_000_000 or level == parked:
        edges.append((t_us, level))
        t_us += rng.randrange(200, longest_us)
        level = 1 - level
    return [*edges, (t_us, parked)]


def vibration(seconds, closed_ms, open_ms, seed=1, start_us=900_000, parked=0):
    """A slower chatter: states of two lengths, give or take a tenth, the last `parked`."""
    rng, t_us, level, edges = random.Random(seed), start_us, 1 - parked, []
    while t_us < start_us + seconds * 1_000_000 or level == parked:
        edges.append((round(t_us), level))
        t_us += (open_ms if level else closed_ms) * rng.uniform(900, 1100)
        level = 1 - level
    return [*edges, (round(t_us), parked)]


def moved(edges, us):
    return [(t_us + us, level) for t_us, level in edges]
