"""Checks that a program leans only on what is documented; Ulp(strict=True) makes them.

Registers and the stage counter must be written in a run before they are read: nothing keeps them
across HALT. ZERO is certain after ADD, SUB, AND and OR, OVERFLOW after ADD and SUB. Sources differ
on, or are silent about, what MOVE, shifts, loads, stores and stage instructions do to the flags:
after one of them a branch on a flag is a fault. The other instructions leave the flags alone.
"""

from functools import lru_cache

from ulp_emulator.decode import Instruction
from ulp_emulator.errors import UlpError

_STAGE = 4  # the stage counter, numbered after R0..R3
_READS_STAGE = {"stage_inc", "stage_dec", "jumps_lt", "jumps_ge", "jumps_le"}
_NEITHER_FLAG = {
    *("move", "lsh", "rsh", "ld", "st", "reg_rd", "adc", "i2c_rd"),
    *("stage_inc", "stage_dec", "stage_rst"),
}
# instruction: (ZERO is certain after it, OVERFLOW is)
_FLAGS_AFTER = {
    "add": (True, True),
    "sub": (True, True),
    "and": (True, False),
    "or": (True, False),
    **dict.fromkeys(_NEITHER_FLAG, (False, False)),
}


class Checks:
    """What is certain at this moment of one run."""

    def __init__(self):
        self.restart()

    def restart(self) -> None:
        self.written = 0  # a bit each for R0..R3 and the stage counter
        self.flags = (False, False)

    def copy(self) -> "Checks":
        twin = Checks()
        twin.written, twin.flags = self.written, self.flags
        return twin

    def before(self, instruction: Instruction) -> None:
        missing = _reads(instruction) & ~self.written
        if missing:
            names = ("r0", "r1", "r2", "r3", "the stage counter")
            which = next(name for bit, name in enumerate(names) if missing >> bit & 1)
            raise UlpError(f"{instruction.name} reads {which}, not written in this run")
        if instruction.name == "jump_eq" and not self.flags[0]:
            raise UlpError("a jump on the zero flag, which nothing documented has set")
        if instruction.name == "jump_ov" and not self.flags[1]:
            raise UlpError("a jump on the overflow flag, which nothing documented has set")

    def after(self, instruction: Instruction) -> None:
        self.written |= _writes(instruction)
        self.flags = _FLAGS_AFTER.get(instruction.name, self.flags)


@lru_cache(maxsize=4096)
def _reads(i: Instruction) -> int:
    registers = {r for r in (i.s, i.t) if r is not None}
    if i.name in _READS_STAGE:
        registers.add(_STAGE)
    return sum(1 << register for register in registers)


def _writes(i: Instruction) -> int:
    if i.name == "stage_rst":
        return 1 << _STAGE
    return 0 if i.d is None else 1 << i.d
