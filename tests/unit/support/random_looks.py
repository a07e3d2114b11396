"""Seeded looks of every kind: late, doubled, stepped, with resets and other limits."""

import random

from firmware.core.leaks import terms
from firmware.core.leaks.whole import Whole

_OF_WATER = (terms.CONTINUOUS, terms.SMALL_LEAK, terms.BURST, terms.HIGH_USE, terms.REVERSE)
_WEIGHTS_ML = (1, 100, 500, 1000, 10_000, 100_000)
_STEPS_S = (0, 1, 60, 3600, 3600, 3600, 7201, 86_400, 30 * 86_400)
_LONGEST_GAP_S = 8 * 3600
_LOOKS = 30


class Thorough(Whole):
    """Asks all rules at each look, also those that would find nothing."""

    def _has_signs(self, look):
        return True

    def _has_burst(self, look):
        return True


def check(seed):
    """One case; AssertionError names its seed."""
    random.seed(seed)
    is_dry = seed % 4 == 0
    is_compared = seed % 4 == 1
    has_signs = seed % 3 == 0  # else nothing but a cell or water that is bad for a while
    limits = _limits()
    watch, now_s, last_s, bursts = Whole(limits), 0, None, 0
    watch.begin(0)
    for _ in range(_LOOKS):
        before_s, now_s = now_s, now_s + random.choice(_STEPS_S)
        happens = random.randrange(30)
        if happens == 0:
            packed, watch = watch.learned(), Whole(limits)
            watch.relearn(packed)
            now_s = before_s = random.randrange(100)
            watch.begin(now_s)
        elif happens == 1:
            limits = _limits()
        elif happens == 2:
            now_s = before_s = random.randrange(now_s + 1)  # a clock that should not do this
        packed, watch = watch.pack(), Whole(limits)
        watch.unpack(packed)
        pulses = 0 if is_dry else random.choice((0, 0, 1, 3, 35, 400))
        pulses = min(pulses, 40 * (now_s - before_s))
        if pulses:
            last_s = now_s
        ages_s = sorted([random.randrange(now_s - before_s + 1) for _ in range(min(34, pulses))])
        bursts = (bursts + random.randrange(2)) & 0xFFFF
        look = terms.Look(
            now_s,
            pulses * limits.pulse_weight_ml // limits.pulse_weight_pulses,
            pulses,
            0 if is_dry else random.choice((0, 0, 5000)),
            random.choice((ages_s, [])),
            bursts,
            random.randrange(1 << 15) if pulses and random.random() < 0.5 else None,
            random.choice((None, -100, 20, 200, 1500) if has_signs else (None,)),
            random.choice((0, random.randrange(32)) if has_signs else (0, 0, 8, 16)),
        )
        changes = watch.take(look)
        if is_compared and not _agrees(packed, limits, look, changes, watch):
            raise AssertionError("seed %d: a rule that was not asked has news" % seed)
        for change in changes:
            is_rise = change.level > change.before
            ok = 0 <= change.level <= 2 and change.rate_ml_h >= 0 and change.lost_ml >= 0
            if is_rise and change.kind in _OF_WATER:
                ok = ok and not is_dry
            if is_rise and change.kind == terms.CONTINUOUS:
                ok = ok and last_s is not None and now_s - last_s < _LONGEST_GAP_S
            if not ok:
                raise AssertionError("seed %d: %r" % (seed, change))
        asked_s = watch.next_s()
        if len(watch.pack()) != Whole.BYTES or len(watch.learned()) != Whole.LEARNED_BYTES:
            raise AssertionError("seed %d: the state has another size" % seed)
        if asked_s is not None and asked_s < 0:
            raise AssertionError("seed %d: asked for %d" % (seed, asked_s))


def _agrees(packed, limits, look, changes, watch):
    thorough = Thorough(limits)
    thorough.unpack(packed)
    return thorough.take(look) == changes and thorough.pack() == watch.pack()


def _limits():
    return terms.usual(random.choice(_WEIGHTS_ML), random.choice((1, 1, 450)), 244)
