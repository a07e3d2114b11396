"""Promise: a network that was wrong for once, or for days, does no lasting harm to the clock."""

from exact_clock import Exact
from expect import expect
from firmware.core.syncing import DOUBTED, KEPT, SET, STEPPED

_HOUR_S, _DAY_S = 3600, 86_400


def test_an_hour_too_many_at_the_second_sync_is_forgotten_in_three_more():
    """Nothing tells it from a clock that is 4 % slow, until the network is right again."""
    for lie_s in (3600, -3600, 1800, -5000):
        meter = Exact()
        expect(meter.sync(), SET)
        meter.after(_DAY_S)
        expect(meter.sync(ahead_s=lie_s), STEPPED)
        outcomes = []
        for _ in range(5):
            meter.after(_DAY_S)
            covers = meter.time.uncertainty_s()
            outcomes.append(meter.sync())
            if outcomes[-1] != DOUBTED and len(outcomes) > 2:
                expect((lie_s, abs(meter.error_s()) <= covers), (lie_s, True))
        expect((lie_s, outcomes[0]), (lie_s, DOUBTED))
        expect((lie_s, outcomes[-2:]), (lie_s, [KEPT, KEPT]))
        expect(abs(meter.time.rate_ppb) < 20_000, True)


def test_a_network_that_is_an_hour_ahead_for_days_teaches_no_rate():
    meter = Exact()
    for _ in range(4):
        meter.sync()
        meter.after(_DAY_S)
    rates, outcomes = [], []
    for day in range(12):
        outcomes.append(meter.sync(ahead_s=3600 if 2 <= day < 6 else 0))
        rates.append(meter.time.rate_ppb)
        meter.after(_DAY_S)
    expect([abs(rate) < 20_000 for rate in rates], [True] * 12)
    wanted = [KEPT] * 2 + [DOUBTED, STEPPED, KEPT, KEPT, DOUBTED, STEPPED] + [KEPT] * 4
    expect(outcomes, wanted)


def test_two_words_that_contradict_each_other_confirm_nothing():
    meter = Exact()
    for _ in range(3):
        meter.sync()
        meter.after(_DAY_S)
    for ahead_s in (7200, -7200, 20_000, 50_000):
        expect(meter.sync(ahead_s=ahead_s), DOUBTED)
        meter.after(_HOUR_S)
    expect(meter.sync(), KEPT)
