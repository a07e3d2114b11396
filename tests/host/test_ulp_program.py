"""Promise: the ULP program that is flashed counts each pulse once, and says what it doubts.

It is loaded by the firmware's own code and runs on the emulator with strict checks: garbage in
the registers at each start, nothing used that isn't documented, every path ends in HALT. What
only a chip can show isn't shown here.
"""

import re

import pytest

import ulp_marks
import ulp_meter
from reeds import chatter, steady, vibration
from rill.image import ROOT, ulp_program
from ulp_meter import Programs

RESERVED_BYTES = 2040


@pytest.mark.parametrize(
    "check", [*ulp_meter.CHECKS, *ulp_marks.CHECKS], ids=lambda check: check.__name__
)
def test_the_program(check):
    check(Programs())


@pytest.mark.parametrize("sleep_works", [True, False])
def test_periods_are_right_whether_sleep_works_in_deep_sleep_or_not(sleep_works):
    for check in (
        ulp_meter.looks_slowly_and_faster_while_unsettled,
        ulp_meter.counts_through_bounce,
        ulp_meter.accounts_for_all_time,
    ):
        check(Programs(sleep_works=sleep_works))


# Every word by its number: firmware/hal reads and writes them so.
WORDS = {
    "counter.py": dict(identity=1, begin=4, end=49, committed=59, seen=60, until=61),
    "ulp_words.py": dict(begin=4, parameters=62, sealed=2, size=3, layout=0),
    "ulp_loader.py": dict(layout=0, identity=1, committed=59),
    "ulp_ring.py": dict(begin=4, end=49, burst_at=51, sealed=2, size=3),
}
STATE = dict(
    forward_lo=1, reverse_lo=3, illegal_lo=5, last_lo=7, last_hi=9, chatters=10, overrates=11,
    bursts=12, requests=13, used=14, burst_on=20, phase=21, quarters=22, idle_runs_lo=23,
    believed=29, rejected_lo=32, believed_b=37, rejected_b_lo=40, end=45,
)  # fmt: skip


def test_the_words_are_where_the_firmware_reads_them():
    symbols = ulp_program().symbols
    for name, words in WORDS.items():
        source = (ROOT / "firmware" / "hal" / name).read_text()
        for label, number in words.items():
            assert symbols[label] == number, label
            assert re.search(rf"^_?{label.upper()}(_WORD)? = (const\()?{number}\b", source, re.M)
    for label, number in STATE.items():
        assert symbols[label] - symbols["begin"] == number, label
    parameters = ("calibration", "paced", "pins", "idle_ticks", "calm_ticks", "strict_ticks")
    assert [symbols[p] - symbols["parameters"] for p in parameters] == list(range(6))
    burst = ("burst_length", "burst_window")
    assert [symbols[p] - symbols["parameters"] for p in burst] == [14, 15]
    assert symbols["ring"] == ulp_program().program_bytes // 4


def test_it_fits_the_memory_that_is_reserved():
    program = ulp_program()
    # The ring of a burst lies behind it; a reload needs the last 24 words while nothing runs.
    assert program.program_bytes // 4 <= 486
    assert 4 * (program.symbols["ring"] + 34) <= RESERVED_BYTES


@pytest.mark.parametrize(
    "edges", [steady(12, 4, seed=3), [(500_000, 0), *chatter(20, seed=5, start_us=700_000)]]
)
@pytest.mark.parametrize("clock_factor", [1.0, 0.87])
def test_skipping_still_polls_changes_nothing(edges, clock_factor):
    """The fast path of the emulator leaves the same state behind, at each of many moments."""
    each, skipped = (Programs()(edges, clock_factor=clock_factor) for _ in range(2))
    for cop in (each, skipped):
        cop.ulp.words[cop.symbols["idle_runs_lo"]] = 0xFFFF - 300
    for ms in range(1, 60_000, 4_999):
        each.timer.advance_to(ms * 1000)
        skipped.advance_to(ms * 1000)
        assert skipped.ulp.memory == each.ulp.memory, ms
    assert (skipped.timer.polls, skipped.timer.cycles) == (each.timer.polls, each.timer.cycles)
    assert skipped.timer.due_us == pytest.approx(each.timer.due_us, abs=0.01)


@pytest.mark.parametrize("clock_factor", [0.87, 1.0, 1.13])
def test_an_electronic_contact_of_50_hz_is_counted_exactly(clock_factor):
    """Half of the time closed, up to 2 ms of bounce: two equal samples."""
    for seed in range(4):
        edges = steady(500, 50, 0.5, (2_000, 2_000), seed=seed, start_us=300_000 + 1_700 * seed)
        settings = dict(pulse_sensor="electronic", pulse_shortest_ms=10)
        cop = Programs()(edges, clock_factor=clock_factor, **settings)
        cop.advance_to(edges[-1][0] + 100_000)
        assert cop.wide("forward") == 500


LIMITS_UA = {
    "idle": ({}, [(100_000_000, 0)], 15),
    "a steady 4 Hz": ({}, steady(400, 4), 20),
    "50 Hz": (
        dict(pulse_sensor="electronic", pulse_shortest_ms=10),
        steady(2000, 50, 0.5, (2_000, 2_000)),
        40,
    ),
    "chatter": ({}, [(500_000, 0), *chatter(120, start_us=900_000)], 20),
    "slow chatter": ({}, [(500_000, 0), *vibration(600, 10, 40)], 20),
}


@pytest.mark.parametrize("name", LIMITS_UA)
def test_what_it_takes(name):
    settings, edges, limit_ua = LIMITS_UA[name]
    cop = Programs()(edges, **settings)
    cop.advance_to(edges[-1][0] + 1_000)
    polls_per_s = cop.timer.polls / (cop.timer.now_us / 1e6)
    assert 10 + 0.085 * polls_per_s <= limit_ua


def test_the_longest_run_is_over_when_the_cpu_has_waited_for_it():
    """With both reeds, every carry, and every mark beginning in one run."""
    cop = Programs()(pulse_pin_b=33, burst_l_per_h=1200, burst_s=30, commit_pulses=10)
    cop.allow_wakes(100)
    end_ms = ulp_marks.turning(cop, [1] * 60, quarter_ms=200)
    while cop.timer.now_us < end_ms * 1000:
        for name in ("forward", "idle_runs", "calm_runs", "strict_runs"):
            cop.ulp.words[cop.symbols[f"{name}_lo"]] = 0xFFFF
        cop.timer.advance_to(cop.timer.due_us)
    longest_us = cop.timer.longest_cycles / 8.5
    assert cop.half("overrates") and cop.half("bursts") and cop.half("requests")
    waits = re.search(r"RUN_US = (\d+)", (ROOT / "firmware/hal/ulp_words.py").read_text())
    # also when RTC_FAST_CLK, which nothing calibrates, is half as fast
    assert longest_us > 100 and 2 * longest_us < int(waits[1])
