"""What Espressif documents of each ULP instruction, as sources and what they leave behind."""

import subprocess
import tempfile

from rill.image import ROOT
from rill.interpreter import micropython
from ulp_emulator import RTC_GPIO, Ulp, ulp_address

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
ADD_ONE = "ld r1, r3, {0}; add r1, r1, 1; st r1, r3, {0}"
COUNTING = f"{MUXED}; jumpr 20, 1, ge; {ADD_ONE.format(8)}; nop; {ADD_ONE.format(4)}"
LOOKING = f"{SAMPLE}; reg_rd 0x3ff480c0, 27, 27"
ASKING = f"{SAMPLE}; reg_rd 0x3ff48424, 23, 23; jumpr 8, 1, ge; wake; nop"
SLOWER = "sleep 1"
STOPPING = "reg_wr 0x006, 24, 24, 0"
OTHERS = (
    *(LATCH, WAKING, OUTPUT, LEVEL, MUXED, SAMPLE, COUNTING, LOOKING, ASKING, SLOWER, STOPPING),
)

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
