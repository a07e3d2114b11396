"""Promise: the ULP emulator does what Espressif documents of each instruction, and stops else.

Expectations are those of ESP-IDF's ulp_instruction_set.rst and ulp.h and of the ESP32 technical
reference manual; encodings are known words or come from the assembler micropython-esp32-ulp.
"""

import gzip
import subprocess
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rill.image import ROOT
from rill.interpreter import micropython
from ulp_emulator import PADS, RTC_GPIO, Rtc, Timer, Ulp, UlpError, decode, read_edges, ulp_address

HALT = 0xB0000000
NOP = 0x40000000
WAKE = 0x90000001
LOW_POWER_ST = ulp_address(0x3FF480C0)
STATE0 = ulp_address(0x3FF48018)
GPIO32 = RTC_GPIO[32]

# What a program leaves behind: "r0".."r3", "stage", "zero", "overflow", "cycles" (with the 2 of
# HALT), "wakes", "period_index" or the number of a memory word.
CASES = {
    # ADD, SUB: result, zero, carry or borrow out of 16 bits
    "move r1, 5; add r0, r1, 16": {"r0": 21, "zero": False, "overflow": False, "cycles": 14},
    "move r1, 0xffff; add r0, r1, 1": {"r0": 0, "zero": True, "overflow": True},
    "move r1, 0x7fff; add r0, r1, 1": {"r0": 0x8000, "zero": False, "overflow": False},
    "move r1, 9; move r2, 0xfff0; add r3, r1, r2": {"r3": 0xFFF9, "overflow": False},
    "move r1, 9; add r1, r1, r1": {"r1": 18},
    "move r1, 5; sub r0, r1, 5": {"r0": 0, "zero": True, "overflow": False, "cycles": 14},
    "move r1, 5; sub r0, r1, 6": {"r0": 0xFFFF, "zero": False, "overflow": True},
    "move r1, 3; move r2, 5; sub r3, r2, r1": {"r3": 2, "zero": False, "overflow": False},
    # AND, OR: zero
    "move r1, 0xff0; and r0, r1, 0x0ff": {"r0": 0xF0, "zero": False, "cycles": 14},
    "move r1, 0xf0; move r2, 0xf; and r0, r1, r2": {"r0": 0, "zero": True},
    "move r1, 0xf0; or r0, r1, 0x0f": {"r0": 0xFF, "zero": False, "cycles": 14},
    "move r1, 0; or r0, r1, r1": {"r0": 0, "zero": True},
    # MOVE, and labels are addresses in words
    "move r0, 4; move r2, r0": {"r0": 4, "r2": 4, "cycles": 14},
    "move r0, -1": {"r0": 0xFFFF},
    "nop; nop; here: move r1, here": {"r1": 2},
    # shifts by immediate and by register; bits that leave are lost
    "move r1, 0x8001; lsh r0, r1, 4": {"r0": 0x0010, "cycles": 14},
    "move r1, 0x8001; rsh r0, r1, 4": {"r0": 0x0800, "cycles": 14},
    "move r1, 3; move r2, 15; lsh r0, r1, r2": {"r0": 0x8000},
    "move r1, 0x8000; move r2, 15; rsh r0, r1, r2": {"r0": 1},
    "move r1, 0x1234; lsh r0, r1, 0": {"r0": 0x1234},
    # stage counter: 8 bits
    "stage_rst; stage_inc 10; stage_dec 3": {"stage": 7, "cycles": 20},
    "stage_rst; stage_dec 1": {"stage": 255},
    "stage_rst; stage_inc 255; stage_inc 2": {"stage": 1},
    # ST: {PC, 3'b0, Rdst, value}; offsets in bytes, either sign; LD: the lower half-word
    "move r1, 0x1234; move r2, 100; st r1, r2, 0": {100: 2 << 21 | 2 << 16 | 0x1234, "cycles": 22},
    "move r1, 7; move r3, 100; st r1, r3, 8": {102: 2 << 21 | 3 << 16 | 7},
    "move r1, 7; move r0, 100; st r1, r0, -8": {98: 2 << 21 | 7},
    "move r1, 100; st r1, r1, 4; ld r2, r1, 4": {"r2": 100, "cycles": 24},
    "move r1, 100; st r1, r1, -4; add r1, r1, 1; ld r2, r1, -8": {"r2": 100},
    "move r1, data; ld r0, r1, 0; halt; data: .long 305419896": {"r0": 0x5678, "cycles": 16},
    "move r3, 0; move r1, 1; st r1, r3, 1020": {255: 2 << 21 | 3 << 16 | 1},
    # JUMP: label, register (words), flags
    "move r0, 1; jump over; move r0, 2; over: nop": {"r0": 1, "cycles": 18},
    "move r0, 1; move r1, over; jump r1; move r0, 2; over: nop": {"r0": 1},
    "move r0, 1; sub r1, r0, 1; jump over, eq; move r0, 2; over: nop": {"r0": 1, "cycles": 24},
    "move r0, 1; sub r1, r0, 0; jump over, eq; move r0, 2; over: nop": {"r0": 2, "cycles": 30},
    "move r0, 1; sub r1, r0, 2; jump over, ov; move r0, 2; over: nop": {"r0": 1},
    "move r0, 1; sub r1, r0, 1; jump over, ov; move r0, 2; over: nop": {"r0": 2},
    "move r0, 1; move r2, over; sub r1, r0, 1; jump r2, eq; move r0, 2; over: nop": {"r0": 1},
    "move r0, 1; move r2, over; sub r1, r0, 2; jump r2, ov; move r0, 2; over: nop": {"r0": 1},
    # JUMPR: R0, unsigned, against the threshold
    "move r0, 20; move r1, 1; jumpr 8, 20, ge; move r1, 2": {"r1": 1, "cycles": 18},
    "move r0, 19; move r1, 1; jumpr 8, 20, ge; move r1, 2": {"r1": 2, "cycles": 24},
    "move r0, 0xffff; move r1, 1; jumpr 8, 20, ge; move r1, 2": {"r1": 1},
    "move r0, 19; move r1, 1; jumpr 8, 20, lt; move r1, 2": {"r1": 1},
    "move r0, 20; move r1, 1; jumpr 8, 20, lt; move r1, 2": {"r1": 2},
    "move r0, 20; move r1, 1; jumpr 8, 20, le; move r1, 2": {"r1": 1},
    "move r0, 21; move r1, 1; jumpr 8, 20, le; move r1, 2": {"r1": 2},
    "move r0, 21; move r1, 1; jumpr 8, 20, gt; move r1, 2": {"r1": 1},
    "move r0, 20; move r1, 1; jumpr 8, 20, gt; move r1, 2": {"r1": 2},
    "move r0, 20; move r1, 1; jumpr over, 20, eq; move r1, 2; over: nop": {"r1": 1, "cycles": 28},
    "move r0, 21; move r1, 1; jumpr over, 20, eq; move r1, 2; over: nop": {"r1": 2},
    "move r0, 19; move r1, 1; jumpr over, 20, eq; move r1, 2; over: nop": {"r1": 2},
    # Espressif's loops: backwards, R0 and stage counter
    "move r0, 16; back: sub r0, r0, 1; nop; jumpr back, 1, ge": {"r0": 0, "cycles": 264},
    "stage_rst; back: stage_inc 1; nop; jumps back, 16, lt": {"stage": 16, "cycles": 264},
    "stage_rst; stage_inc 16; back: stage_dec 1; nop; jumps back, 0, gt": {"stage": 0},
    # JUMPS: both sides of each condition
    "stage_rst; stage_inc 5; move r1, 1; jumps 8, 5, ge; move r1, 2": {"r1": 1, "cycles": 24},
    "stage_rst; stage_inc 4; move r1, 1; jumps 8, 5, ge; move r1, 2": {"r1": 2},
    "stage_rst; stage_inc 4; move r1, 1; jumps 8, 5, lt; move r1, 2": {"r1": 1},
    "stage_rst; stage_inc 5; move r1, 1; jumps 8, 5, lt; move r1, 2": {"r1": 2},
    "stage_rst; stage_inc 5; move r1, 1; jumps 8, 5, le; move r1, 2": {"r1": 1},
    "stage_rst; stage_inc 6; move r1, 1; jumps 8, 5, le; move r1, 2": {"r1": 2},
    "stage_rst; stage_inc 5; move r1, 1; jumps over, 5, eq; move r1, 2; over: nop": {"r1": 1},
    "stage_rst; stage_inc 6; move r1, 1; jumps over, 5, eq; move r1, 2; over: nop": {"r1": 2},
    "stage_rst; stage_inc 4; move r1, 1; jumps over, 5, eq; move r1, 2; over: nop": {"r1": 2},
    "stage_rst; stage_inc 6; move r1, 1; jumps over, 5, gt; move r1, 2; over: nop": {"r1": 1},
    "stage_rst; stage_inc 5; move r1, 1; jumps over, 5, gt; move r1, 2; over: nop": {"r1": 2},
    # REG_WR, REG_RD: fields of up to 8 and 16 bits
    "reg_wr 0x3ff4848c, 17, 10, 0xa5; reg_rd 0x3ff4848c, 17, 10": {"r0": 0xA5, "cycles": 22},
    "reg_wr 0x3ff4848c, 17, 10, 0xa5; reg_rd 0x3ff4848c, 12, 11": {"r0": 2},
    "reg_wr 0x123, 7, 0, 0xff; reg_wr 0x123, 4, 3, 0; reg_rd 0x123, 15, 0": {"r0": 0xE7},
    "reg_wr 0x3ff4848c, 31, 31, 1; reg_rd 0x3ff4848c, 31, 16": {"r0": 0x8000},
    # WAIT, NOP, WAKE, SLEEP, HALT
    "nop": {"cycles": 8},
    "wait 100": {"cycles": 108},
    "wake": {"cycles": 8, "wakes": 1},
    "sleep 3": {"cycles": 8, "period_index": 3},
    "halt": {"cycles": 2},
}
FAULTS = {
    "move r1, 16; lsh r0, r1, r1": "undefined result",
    "move r1, 1; rsh r0, r1, 16": "undefined result",
    "move r1, 2048; ld r0, r1, 0": "word 2048 is outside",
    "move r1, 0; ld r0, r1, -4": "word -1 is outside",
    "move r1, 0xffff; st r1, r1, 0": "word 65535 is outside",
    "move r1, 2048; jump r1": "word 2048: the program went outside",
    "jumpr -4, 0, ge": "word -1: the program went outside",
    "reg_rd 0x3ff48004, 3, 0": "0x001 isn't modelled for reading",
    "reg_wr 0x3ff48004, 3, 0, 1": "0x001 isn't modelled for writing",
    "reg_wr 0x3ff48424, 14, 14, 1": "isn't modelled for writing",
    "reg_rd 0x3ff48404, 14, 14": "isn't modelled for reading",
    "reg_rd 0x3ff48424, 31, 15": "undocumented",
    "reg_rd 0x3ff48424, 14, 15": "undocumented",
    "reg_wr 0x3ff4848c, 17, 9, 1": "undocumented",
    "reg_wr 0x3ff4848c, 17, 17, 2": "undocumented",
    "sleep 5": "undocumented",
    "tsens r0, 100": "undocumented",
    "adc r0, 0, 1": "isn't modelled",
    "i2c_rd 0x10, 7, 0, 0": "isn't modelled",
    "here: jump here": "no HALT within",
}
STRICT_FAULTS = {
    "add r0, r1, 1": "reads r1, not written",
    "move r1, 1; add r0, r1, r2": "reads r2, not written",
    "move r1, 1; st r0, r1, 0": "reads r0, not written",
    "move r0, 1; st r0, r1, 0": "reads r1, not written",
    "ld r0, r3, 0": "reads r3, not written",
    "move r1, r0": "reads r0, not written",
    "jumpr 4, 1, ge": "reads r0, not written",
    "jump r2": "reads r2, not written",
    "stage_inc 1": "reads the stage counter",
    "jumps 4, 1, ge": "reads the stage counter",
    "jump next, eq; next: nop": "zero flag",
    "jump next, ov; next: nop": "overflow flag",
    "move r0, 0; jump next, eq; next: nop": "zero flag",
    "move r0, 1; add r0, r0, 1; lsh r0, r0, 1; jump next, eq; next: nop": "zero flag",
    "move r0, 1; add r0, r0, 1; rsh r0, r0, 1; jump next, ov; next: nop": "overflow flag",
    "move r0, 1; add r0, r0, 1; ld r1, r0, 0; jump next, eq; next: nop": "zero flag",
    "move r0, 9; add r0, r0, 1; st r0, r0, 0; jump next, eq; next: nop": "zero flag",
    "move r0, 1; add r0, r0, 1; and r0, r0, 1; jump next, ov; next: nop": "overflow flag",
    "move r0, 1; add r0, r0, 1; stage_rst; jump next, eq; next: nop": "zero flag",
}
STRICT_FINE = (
    "move r0, 1; add r0, r0, 1; jump next, ov; next: jump more, eq; more: nop",
    "move r0, 1; or r0, r0, 1; wait 3; jump next, eq; next: nop",
    "reg_rd 0x3ff48424, 14, 14; and r0, r0, 1; jump next, eq; next: nop",
    "stage_rst; stage_inc 1; jumps 4, 1, ge",
)
LATCH = (
    "reg_wr 0x3ff4800c, 31, 31, 1; wait: reg_rd 0x3ff4800c, 30, 30; jumpr wait, 1, lt; "
    "reg_rd 0x3ff48010, 15, 0; move r1, r0; reg_rd 0x3ff48010, 31, 16; move r2, r0; "
    "reg_rd 0x3ff48014, 15, 0"
)
WAKING = (  # ESP-IDF's own recipe
    "check: reg_rd 0x3ff480c0, 27, 27; move r1, r0; reg_rd 0x3ff480c0, 19, 19; or r0, r0, r1; "
    "jump check, eq; wake"
)
OUTPUT = (
    "reg_wr 0x3ff48410, 23, 23, 1; reg_wr 0x3ff48404, 24, 23, 3; reg_wr 0x3ff48408, 24, 24, 1; "
    "reg_rd 0x3ff48400, 29, 14"
)
LEVEL = "reg_rd 0x3ff48424, 23, 23; move r3, 50; st r0, r3, 0"
MUXED = f"reg_wr 0x3ff4848c, 17, 17, 1; reg_wr 0x3ff4848c, 5, 5, 1; {LEVEL}"
SAMPLE = f"{MUXED}; ld r1, r3, 4; add r1, r1, 1; st r1, r3, 4"
SLOWER = "sleep 1"
STOPPING = "reg_wr 0x006, 24, 24, 0"
OTHERS = (LATCH, WAKING, OUTPUT, LEVEL, MUXED, SAMPLE, SLOWER, STOPPING)

_ASSEMBLE = """
import sys
sys.path[:] = [sys.argv[1], ".frozen"]
class NoDatabase:  # the assembler imports btree, which the unix port does not have
    pass
sys.modules["btree"] = NoDatabase
from esp32_ulp import src_to_binary
for number, source in enumerate(SOURCES):
    print("binary", number, src_to_binary(source).hex())
"""


def assembled(sources):
    """source: binary, all from one process of the assembler."""
    sources = list(sources)
    lines = [source.replace("; ", "\n").replace(": ", ":\n") + "\nhalt\n" for source in sources]
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
        script.write(f"SOURCES = {lines!r}\n{_ASSEMBLE}")
        script.flush()
        command = [*micropython(), script.name, str(ROOT / "build" / "packages")]
        done = subprocess.run(command, capture_output=True, text=True)
    found = [line.split() for line in done.stdout.splitlines() if line.startswith("binary ")]
    assert len(found) == len(sources), done.stdout + done.stderr
    return {sources[int(number)]: bytes.fromhex(binary) for _, number, binary in found}


@pytest.fixture(scope="module")
def programs():
    return assembled([*CASES, *FAULTS, *STRICT_FAULTS, *STRICT_FINE, *OTHERS])


def loaded(binary, **options):
    ulp = Ulp(**options)
    ulp.rtc.define(0x123)
    ulp.rtc.ready_for_wakeup = True
    ulp.load(binary)
    return ulp


def left(ulp, what):
    if isinstance(what, int):
        return ulp.words[what]
    if what in ("r0", "r1", "r2", "r3"):
        return ulp.r[int(what[1])]
    return ulp.rtc.wakes if what == "wakes" else getattr(ulp, what)


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


@pytest.mark.parametrize(("gpio", "rtc_gpio"), [(36, 0), (34, 4), (25, 6), (32, 9), (27, 17)])
def test_a_pin_reads_0_until_its_pad_belongs_to_the_rtc(gpio, rtc_gpio):
    assert RTC_GPIO[gpio] == rtc_gpio
    pad, level = PADS[rtc_gpio], 1 << 14 + rtc_gpio
    rtc, trusting = Rtc(), Rtc(check_pads=False)
    for each in (rtc, trusting):
        each.set_level(rtc_gpio, 1)
    gpio_in, register = ulp_address(0x3FF48424), ulp_address(pad.register)
    assert (rtc.read(gpio_in), trusting.read(gpio_in)) == (0, level)
    rtc.write(register, 1 << pad.mux)
    assert rtc.read(gpio_in) == 0
    rtc.write(register, 1 << pad.mux | 1 << pad.input_enable)
    assert rtc.read(gpio_in) == level
    rtc.write(register, 0, 1 << pad.mux)
    assert rtc.read(gpio_in) == 0


def test_the_timer_polls_after_each_period_and_run(programs):
    timer = Timer(loaded(programs[SAMPLE], strict=True))
    timer.set_period_us(0, 5_000)
    timer.start(0)
    timer.advance_to(4_999)
    assert timer.polls == 0
    timer.advance_to(5_000)
    assert timer.polls == 1
    run_us = timer.cycles / 8.5
    assert timer.due_us == pytest.approx(10_000 + run_us)
    timer.advance_to(1_000_000)
    assert timer.polls == timer.ulp.words[51] & 0xFFFF == int(1_000_000 / (5_000 + run_us))


def test_the_period_is_in_cycles_of_the_slow_clock(programs):
    timer = Timer(loaded(programs[SAMPLE]), slow_hz=75_000, start_cycles=20)
    timer.set_period_us(0, 5_000, calibrated_hz=150_000)
    assert timer.period_us() == pytest.approx(10_000)
    timer.set_period_us(0, 1)
    assert timer.period_us() == pytest.approx(20 / 75_000 * 1e6)
    timer.ulp.rtc.write(ulp_address(0x3FF48818), 730)
    assert timer.period_us() == pytest.approx(750 / 75_000 * 1e6)


def test_a_pin_follows_its_edges(programs):
    timer = Timer(loaded(programs[MUXED], strict=True))
    timer.set_period_us(0, 1_000)
    timer.drive(GPIO32, [(5_000, 0), (5_001, 1), (7_500, 0), (9_900, 1)])
    timer.start(0)
    levels = []
    for us in range(1_500, 12_000, 1_000):
        timer.advance_to(us)
        levels.append(timer.ulp.words[50] & 0xFFFF)
    assert levels == [1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1]


@pytest.mark.parametrize(("needs_cpu", "period_us"), [(False, 40_000), (True, 10_000)])
def test_sleep_chooses_the_period(programs, needs_cpu, period_us):
    timer = Timer(loaded(programs[SLOWER]), sleep_needs_cpu=needs_cpu)
    timer.set_period_us(0, 10_000)
    timer.set_period_us(1, 40_000)
    timer.start(0)
    timer.advance_to(10_000)
    assert timer.due_us == pytest.approx(10_000 + period_us, abs=2)


def test_a_program_and_the_cpu_can_stop_the_timer(programs):
    timer = Timer(loaded(programs[STOPPING]))
    timer.start(0)
    timer.advance_to(1_000_000)
    assert timer.polls == 1
    timer.ulp.rtc.write(STATE0, 1 << 24)
    timer.advance_to(2_000_000)
    assert timer.polls == 2
    timer.start(0)
    timer.stop()
    timer.advance_to(3_000_000)
    assert timer.polls == 2


def test_a_copied_timer_goes_the_same_way(programs):
    timer = Timer(loaded(programs[SAMPLE]))
    timer.drive(GPIO32, [(t, t // 700 % 2) for t in range(700, 90_000, 700)])
    timer.start(0)
    timer.advance_to(30_000)
    twin = timer.copy()
    for each in (timer, twin):
        each.advance_to(80_000)
    assert (twin.ulp.memory, twin.polls, twin.due_us) == (
        timer.ulp.memory,
        timer.polls,
        timer.due_us,
    )


def test_skipped_polls_take_their_time_but_no_edge(programs):
    timer = Timer(loaded(programs[SAMPLE]))
    timer.set_period_us(0, 5_000)
    timer.start(0)
    timer.advance_to(5_000)
    twin, each = timer.copy(), timer.cycles
    timer.advance_to(60_000)
    assert twin.skippable(60_000, each) == timer.polls - 1
    twin.skip(timer.polls - 1, each)
    assert (twin.polls, twin.cycles) == (timer.polls, timer.cycles)
    assert twin.due_us == pytest.approx(timer.due_us)
    twin.drive(GPIO32, [(70_000, 0)])
    twin.skip(twin.skippable(80_000, each), each)
    assert 70_000 <= twin.due_us < 75_100
    with pytest.raises(ValueError, match="edge"):
        twin.skip(10, each)


def test_edge_files_are_read_with_or_without_gzip(tmp_path):
    text = "t_us,level\n10,0\n20,1\n"
    (tmp_path / "a.csv").write_text(text)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text.encode()))
    for name in ("a.csv", "a.csv.gz"):
        assert read_edges(tmp_path / name) == [(10, 0), (20, 1)]
    (tmp_path / "b.csv").write_text("t_s,ml\n")
    with pytest.raises(ValueError, match="header"):
        read_edges(tmp_path / "b.csv")
