"""The flashed ULP program on the emulator, as the firmware has loaded it, and what it must do.

Each check takes Programs and fails where the program is wrong: tests/host/test_ulp_program.py
runs them on the program as it is, tests/host/test_ulp_mutations.py on wrong ones.
"""

import tempfile
from functools import cache
from pathlib import Path

from reeds import closings, steady
from rill.image import ROOT, assembled, ulp_program
from rill.pulses import load

SOURCE = ROOT / "firmware" / "hal" / "ulp_counter.S"
TWO_REEDS = {"pulse_pin_b": 33}
SENSITIVE = {"burst_l_per_h": 1200, "burst_s": 30}  # a burst: 11 pulses of 1 L within 30 s
QUICK = {"pulse_stable_us": 23_000, "pulse_shortest_ms": 45}
PERIOD_US = {"idle": 21_250, "calm": 5_111, "strict": 2_000}
CALM, STRICT = 10, 24


@cache
def _loaded(settings):
    return load(dict(settings))


class Programs:
    """Fresh coprocessors by settings.

    changed: words of the program that are wrong. sleep_works: SLEEP n does, also in deep sleep.
    """

    def __init__(self, changed=(), sleep_works=False):
        self._changed = changed
        self._sleep_works = sleep_works

    def __call__(self, edges=(), *, clock_factor=1.0, asleep=True, **settings):
        loaded = _loaded(tuple(sorted(settings.items())))
        cop = loaded.fresh(clock_factor)
        for word, right, wrong in self._changed:
            # What the firmware has patched stays patched.
            cop.ulp.words[word] = cop.ulp.words[word] ^ right ^ wrong
        cop.ulp.check_strictly()
        cop.timer.sleep_needs_cpu = not self._sleep_works
        cop.sleeps(asleep)
        cop.pins = loaded.pins
        if edges:
            cop.drive(loaded.pins[0], edges)
        return cop


def mutated(label, old, new):
    """Programs in which, behind a label, the first `old` of the source is `new`."""
    text = SOURCE.read_text()
    start = text.index(old, text.index(f"\n{label}:"))
    right, wrong = ulp_program().binary, _assembled(text[:start] + new + text[start + len(old) :])
    assert len(right) == len(wrong), f"{new!r} is of another length"
    words = [memoryview(binary[12:]).cast("I") for binary in (right, wrong)]
    changed = [(n, a, b) for n, (a, b) in enumerate(zip(*words, strict=True)) if a != b]
    assert changed, f"{new!r} changes nothing"
    return Programs(changed)


def _assembled(text):
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / SOURCE.name
        source.write_text(text)
        return assembled(source).binary


def after(cop, ms):
    cop.advance_to(ms * 1000)
    return cop


# Debouncing.


def counts_a_closing_once_it_has_lasted(programs):
    cop = programs(closings((1000, 1100), (2000, 2300), (2400, 3000)))
    for ms, count in ((1045, 0), (1075, 1), (1999, 1), (2075, 2), (2445, 2), (2475, 3), (3500, 3)):
        assert after(cop, ms).wide("forward") == count, ms


def next_polls(cop, after_us, count, period_us):
    """Times just before the next polls behind after_us, when the first finds a change."""
    cop.advance_to(after_us)
    return [cop.timer.due_us - 1 + number * (period_us + 16) for number in range(count + 1)]


def believes_exactly_ten_samples_on_a_calm_line(programs):
    for samples, count in ((1, 0), (CALM - 1, 0), (CALM, 1), (CALM + 1, 1)):
        cop = programs()
        polls = next_polls(cop, 1_000_000, samples, PERIOD_US["calm"])
        cop.drive(cop.pins[0], [(polls[0], 0), (polls[samples], 1)])
        assert after(cop, 2000).wide("forward") == count, samples


def believes_exactly_24_samples_on_a_nervous_line(programs):
    for samples, count in ((STRICT - 1, 0), (STRICT, 1)):
        cop = programs()
        first = next_polls(cop, 1_000_000, 1, PERIOD_US["calm"])
        cop.drive(cop.pins[0], [(first[0], 0), (first[1], 1)])
        cop.advance_to(1_100_000)  # the candidate is broken
        assert cop.half("rejected_lo") == 1
        polls = next_polls(cop, 1_100_000, samples, PERIOD_US["strict"])
        cop.drive(cop.pins[0], [(polls[0], 0), (polls[samples], 1)])
        assert after(cop, 2000).wide("forward") == count, samples


def is_calm_again_once_a_level_is_believed(programs):
    cop = programs()
    first = next_polls(cop, 500_000, 1, PERIOD_US["calm"])
    cop.drive(cop.pins[0], [(first[0], 0), (first[1], 1), (700_000, 0), (900_000, 1)])
    assert after(cop, 650).half("nervous") == 1
    assert after(cop, 800).half("nervous") == 0
    polls = cop.timer.polls
    assert after(cop, 1000).wide("forward") == 1
    assert cop.timer.polls - polls <= 200 / 21 + CALM + 1


def forgets_samples_that_were_not_in_a_row(programs):
    cop = programs(closings(*((1000 + 60 * i, 1040 + 60 * i) for i in range(20))))
    assert after(cop, 4000).wide("forward") == 0


def counts_through_bounce(programs):
    cop = programs(steady(30, 4, seed=7))
    assert after(cop, 9000).wide("forward") == 30


def a_parked_reed_counts_once_and_is_left_alone(programs):
    cop = programs([(500_000, 0)])
    assert after(cop, 100_000).wide("forward") == 1
    assert cop.timer.polls < 48 * 100 + 20
    assert (cop.half("chatters"), cop.half("requests")) == (0, 0)


def a_pulse_within_the_dead_time_is_bounce(programs):
    # No settings lead here, but for a bounce that lasts as long as a pulse.
    cop = programs(closings((500, 545), (600, 645), (1000, 1045)), **QUICK)
    cop.ulp.words[cop.symbols["dead_ticks"]] = 150 * 150
    assert after(cop, 2000).wide("forward") == 2
    assert cop.half("rejected_lo") == 1


# Periods, pads, time.


def looks_slowly_and_faster_while_unsettled(programs):
    cop = programs([(1_000_000, 0), (1_004_000, 1), (2_000_000, 0), (2_003_000, 1)])
    seen = []
    for ms in (900, 1030, 2100):
        cop.advance_to(ms * 1000)
        seen.append(round(cop.timer.period_us()))
    assert seen == [21_247] * 3
    nervous = programs([(1_000_000, 0), (1_004_000, 1), (1_500_000, 0)])
    nervous.advance_to(1_450_000)
    assert nervous.half("nervous") == 1
    polls = nervous.timer.polls
    assert after(nervous, 1600).wide("forward") == 1
    assert STRICT <= nervous.timer.polls - polls <= STRICT + 8


def accounts_for_all_time(programs):
    for low, high in ((0, 0), (0xFFF0, 1), (0xFFF0, 0xFFFF)):
        cop = programs(steady(40, 4, seed=2))
        names = ("idle_runs", "calm_runs", "strict_runs")
        before = high << 16 | low
        for name in names:
            cop.ulp.words[cop.symbols[f"{name}_lo"]] = low
            cop.ulp.words[cop.symbols[f"{name}_hi"]] = high
        after(cop, 11_000)
        runs = [(cop.wide(name) - before) & 0xFFFFFFFF for name in names]
        assert sum(runs) == cop.timer.polls
        ticks = [cop.half(f"{name}_ticks") for name in ("idle", "calm", "strict")]
        paced = sum(count * period for count, period in zip(runs, ticks, strict=True))
        assert abs(paced / (11 * 150_000) - 1) < 0.01


def survives_a_lost_pad(programs):
    """Pin() takes the pad from the RTC: the next run takes it back."""
    cop = programs(closings((500, 700), (900, 1100)))
    for us in range(0, 1_300_000, 50_000):
        cop.advance_to(us)
        cop.rtc.write(0x123, 0)  # RTC_IO_XTAL_32K_PAD_REG
    assert cop.wide("forward") == 2


def knows_when_the_last_pulse_came(programs):
    cop = programs(closings((1000, 1200)))
    after(cop, 2000)
    ticks = cop.half("last_hi") << 32 | cop.half("last_mid") << 16 | cop.half("last_lo")
    assert 1.040 < ticks / 150_000 < 1.075
    late = programs(closings((1000, 1200)))
    after(late, 500)
    late.timer.now_us += 0x1_0001_0000 / 150_000 * 1e6  # beyond 2**32 cycles
    late.timer.due_us = late.timer.now_us + 100
    late.drive(late.pins[0], [(late.timer.now_us + 1000, 0)])
    late.advance_to(late.timer.now_us + 200_000)
    assert (late.half("last_hi"), late.half("last_mid")) == (1, 2)


def keeps_its_words_together(programs):
    """end follows begin, so that a reader knows when nothing is half written."""
    cop = programs(steady(5, 4, seed=3))
    for ms in range(0, 2500, 7):
        after(cop, ms)
        assert cop.half("begin") == cop.half("end")
    assert cop.half("begin") >= 10


CHECKS = [
    counts_a_closing_once_it_has_lasted,
    believes_exactly_ten_samples_on_a_calm_line,
    believes_exactly_24_samples_on_a_nervous_line,
    is_calm_again_once_a_level_is_believed,
    forgets_samples_that_were_not_in_a_row,
    counts_through_bounce,
    a_parked_reed_counts_once_and_is_left_alone,
    a_pulse_within_the_dead_time_is_bounce,
    looks_slowly_and_faster_while_unsettled,
    accounts_for_all_time,
    survives_a_lost_pad,
    knows_when_the_last_pulse_came,
    keeps_its_words_together,
]
