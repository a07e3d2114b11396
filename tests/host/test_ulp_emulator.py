"""Promise: the ULP emulator does what Espressif documents of each instruction, and stops else.

Expectations are those of ESP-IDF's ulp_instruction_set.rst and ulp.h and of the ESP32 technical
reference manual; encodings are known words or come from the assembler micropython-esp32-ulp.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ulp_cases import (
    CASES,
    FAULTS,
    HALT,
    LATCH,
    NOP,
    OTHERS,
    OUTPUT,
    STRICT_FAULTS,
    STRICT_FINE,
    WAKE,
    WAKING,
    assembled,
    left,
    loaded,
)
from ulp_emulator import Ulp, UlpError, decode, ulp_address


@pytest.fixture(scope="module")
def programs():
    return assembled([*CASES, *FAULTS, *STRICT_FAULTS, *STRICT_FINE, *OTHERS])


@pytest.mark.parametrize("source", CASES)
@pytest.mark.parametrize("seed", [1, 2])
def test_an_instruction_does_what_is_documented(programs, source, seed):
    ulp = loaded(programs[source], seed=seed, strict=True)
    ulp.run()
    assert {what: left(ulp, what) for what in CASES[source]} == CASES[source]


@pytest.mark.parametrize("source", FAULTS)
def test_what_is_not_documented_stops_it(programs, source):
    with pytest.raises(UlpError, match=FAULTS[source]):
        loaded(programs[source]).run()


@pytest.mark.parametrize("source", STRICT_FAULTS)
def test_strict_refuses_what_only_seems_to_work(programs, source):
    with pytest.raises(UlpError, match=STRICT_FAULTS[source]):
        loaded(programs[source], strict=True).run()
    if "flag" in STRICT_FAULTS[source]:  # else it may go astray on garbage
        loaded(programs[source]).run()


@pytest.mark.parametrize("source", STRICT_FINE)
def test_strict_allows_what_is_documented(programs, source):
    loaded(programs[source], strict=True).run()


@pytest.mark.parametrize(
    ("word", "expected"),
    [  # words that binutils-esp32ulp and micropython-esp32-ulp give
        (0x72800040, dict(name="move", d=0, s=None, value=4)),
        (0x72000109, dict(name="add", d=1, s=2, t=None, value=16)),
        (0x68000009, dict(name="st", s=2, t=1, value=0)),
        (0xD0000404, dict(name="ld", d=0, s=1, value=1)),
        (0xD01FFC04, dict(name="ld", d=0, s=1, value=-1)),
        (HALT, dict(name="halt", cycles=2)),
        (WAKE, dict(name="wake", cycles=6)),
        (0x1C600006, dict(name="reg_wr", value=6, high=24, low=24, offset=0, cycles=12)),
        (NOP, dict(name="wait", value=0, cycles=6)),
        (0x80600001, dict(name="jump_eq", s=1, cycles=4)),
    ],
)
def test_known_words_are_decoded(word, expected):
    assert {field: getattr(decode(word), field) for field in expected} == expected


@pytest.mark.parametrize(
    "word",
    [0, 0xFFFFFFFF, 0xC0000000, 0xE0000000, 0xA0000000, 0x90000000, 0xB0000001, 0x40010000]
    + [0x70E00000, 0x76000000, 0x74600000, 0x60000000, 0xD0200000, 0x80C00000, 0x84018000],
)
def test_other_words_are_refused(word):
    with pytest.raises(UlpError, match="undocumented"):
        decode(word)


@settings(deadline=None)
@given(st.integers(0, 0xFFFFFFFF))
def test_every_word_is_an_instruction_or_refused(word):
    try:
        instruction = decode(word)
    except UlpError:
        return
    assert instruction.cycles >= 0


@settings(deadline=None)
@given(st.binary(min_size=64, max_size=64))
def test_no_program_breaks_the_emulator(program):
    ulp = Ulp()
    ulp.memory[: len(program)] = program
    try:
        assert ulp.run(limit=2_000) <= 2_000
    except UlpError:
        assert all(0 <= value <= 0xFFFF for value in ulp.r) and 0 <= ulp.stage <= 0xFF


def test_registers_hold_garbage_at_each_start():
    ulp = Ulp()
    ulp.words[0] = HALT
    seen = set()
    for _ in range(8):
        ulp.run()
        seen.add((*ulp.r, ulp.stage))
    assert len(seen) == 8


def test_a_copy_goes_on_by_itself_to_the_same_end(programs):
    first = loaded(programs["move r1, 100; st r1, r1, 4; ld r2, r1, 4"], strict=True)
    first.start()
    first.step()
    second = first.copy()
    while not first.halted:
        first.step()
    assert second.words[101] == 0 and second.pc == 1
    while not second.halted:
        second.step()
    assert (second.memory, second.r, second.cycles) == (first.memory, first.r, first.cycles)


def test_stepping_a_halted_processor_is_refused():
    with pytest.raises(UlpError, match="halted"):
        Ulp().step()


def test_the_loader_wants_a_ulp_binary_that_fits():
    with pytest.raises(UlpError, match="not a program"):
        Ulp().load(bytes(16))
    header = bytes.fromhex("756c70000c00fc0700000000")
    with pytest.raises(UlpError, match="byte 2044 of 2040"):
        Ulp().load(header + bytes(2044))


def test_bss_is_zeroed_by_the_loader():
    ulp = Ulp()
    ulp.memory[:] = b"\xff" * len(ulp.memory)
    ulp.load(bytes.fromhex("756c70000c000400000004000000 00b0 "))
    assert list(ulp.words[:3]) == [HALT, 0, 0xFFFFFFFF]


@pytest.mark.parametrize(
    ("ready", "awake", "outcome"), [(1, 0, (1, 0, 0)), (0, 1, (0, 1, 0)), (0, 0, (0, 0, 1))]
)
def test_wake_has_an_effect_only_when_the_controller_is_ready(ready, awake, outcome):
    ulp = Ulp()
    ulp.words[0], ulp.words[1] = WAKE, HALT
    ulp.rtc.ready_for_wakeup, ulp.rtc.cpu_awake = bool(ready), bool(awake)
    ulp.run()
    assert (ulp.rtc.wakes, ulp.rtc.interrupts, ulp.rtc.lost_wakes) == outcome


def test_the_wake_recipe_ends_when_ready_or_awake_and_hangs_otherwise(programs):
    for ready, awake in ((True, False), (False, True)):
        ulp = loaded(programs[WAKING], strict=True)
        ulp.rtc.ready_for_wakeup, ulp.rtc.cpu_awake = ready, awake
        ulp.run()
        assert ulp.rtc.wakes + ulp.rtc.interrupts == 1
    ulp.rtc.cpu_awake = False
    with pytest.raises(UlpError, match="no HALT"):
        ulp.run()


def test_the_clock_is_latched_at_its_next_cycle(programs):
    ulp = loaded(programs[LATCH], strict=True)
    ulp.rtc.ticks = 0x3_0001_FFFF + 0.5
    cycles = ulp.run()
    assert (ulp.r[1], ulp.r[2], ulp.r[0]) == (0, 2, 3)
    assert cycles < 2 * ulp.rtc.cycles_per_tick + 100


def test_outputs_are_set_and_cleared_by_bits(programs):
    ulp = loaded(programs[OUTPUT], strict=True)
    ulp.run()
    assert ulp.r[0] == 1 << 9
    assert ulp.rtc.read(ulp_address(0x3FF4840C)) == 1 << 23
