"""A program turned into Python, some ten instructions a function, for runs by the million.

Each function goes from one word to the next jump that is taken, or to HALT, and does exactly what
execute.py does to registers, flags, memory and cycles; tests/host/test_ulp_translation.py holds
the two together. What execute.py refuses is refused here too, with the same words.
"""

from collections.abc import Callable
from functools import cache

from ulp_emulator.decode import Instruction, decode
from ulp_emulator.errors import UlpError
from ulp_emulator.execute import WORDS

# Added to the next word, which may be outside memory:
SLOWLY = 1 << 20  # the program has changed itself
HALTED = 1 << 21
_MOST = 40  # instructions a function
_JUMPS = {
    "jump_eq": "not z",
    "jump_ov": "o >> 16",
    "jumpr_lt": "r0 < {value}",
    "jumpr_ge": "r0 >= {value}",
    "jumps_lt": "stage < {value}",
    "jumps_ge": "stage >= {value}",
    "jumps_le": "stage <= {value}",
}
Function = Callable[..., tuple]
_STATE = "r0, r1, r2, r3, z, o, stage, c"


class Translation:
    """The functions of one program, made when they are needed.

    is_code: for each word, 1 when a function was made of it.
    """

    def __init__(self):
        self.is_code = bytearray(WORDS)
        self._functions: dict[int, Function] = {}
        self._bounds = WORDS, 0  # words
        self._image = b""  # what stood there

    def is_of(self, memory: bytearray) -> bool:
        """True while nothing has changed around the words that were translated."""
        first, end = self._bounds
        return memory[4 * first : 4 * end] == self._image

    def function(self, pc: int, memory: bytearray) -> Function:
        """f(cpu, m, rtc, code, r0 ... r3, z, o, stage, c) -> (next, the same from r0 on).

        z: the last result, 0 sets ZERO; o: more than 16 bits set OVERFLOW; c: cycles. next: the
        word to go on at, plus one of the above.
        """
        found = self._functions.get(pc)
        if found is None:
            found = self._functions[pc] = self._made(pc, memory)
        return found

    def _made(self, start: int, memory: bytearray) -> Function:
        lines = [f"def f(cpu, m, rtc, code, {_STATE}):"]
        at: int | None = start
        cycles = 0
        for _ in range(_MOST):
            if at is None or not 0 <= at < WORDS:
                break
            self._take(at, memory)
            try:
                one = decode(int.from_bytes(memory[4 * at : 4 * at + 4], "little"))
                body, follows = _lines(one, at, cycles)
            except UlpError as error:
                lines.append(f"cpu.pc = {at}; raise UlpError({str(error)!r})")
                at = None
                break
            cycles += one.cycles
            lines += [line.replace("CYCLES", f"c + {cycles}") for line in body]
            at = follows
        if at is not None:
            lines.append(_leave(at, f"c + {cycles}"))
        return _compiled("\n    ".join(lines))

    def _take(self, word: int, memory: bytearray) -> None:
        self.is_code[word] = 1
        first, end = self._bounds
        self._bounds = first, end = min(first, word), max(end, word + 1)
        self._image = bytes(memory[4 * first : 4 * end])


@cache
def _compiled(source: str) -> Function:
    """Compiling takes longer than a thousand runs."""
    space: dict = {"UlpError": UlpError}
    exec(source, space)
    return space["f"]


def _leave(target: int | str, cycles: str = "CYCLES") -> str:
    return f"return {target}, r0, r1, r2, r3, z, o, stage, {cycles}"


def _lines(i: Instruction, pc: int, cycles: int) -> tuple[list[str], int | None]:
    """The statements of one instruction, and the word that follows; None: they have left."""
    name = i.name
    second = i.value if i.t is None else f"r{i.t}"
    if name in ("add", "sub"):
        sign = "+" if name == "add" else "-"
        return [f"o = r{i.s} {sign} {second}", f"r{i.d} = z = o & 0xFFFF"], pc + 1
    if name in ("and", "or"):
        return [f"r{i.d} = z = r{i.s} {'&' if name == 'and' else '|'} {second} & 0xFFFF"], pc + 1
    if name == "move":
        return [f"r{i.d} = z = {i.value & 0xFFFF if i.s is None else f'r{i.s}'}"], pc + 1
    if name in ("lsh", "rsh"):
        refused = f"if {second} > 15: cpu.pc = {pc}; raise UlpError(f'a shift by {{{second}}} "
        return [
            refused + "has an undefined result')",
            f"r{i.d} = z = r{i.s} {'<<' if name == 'lsh' else '>>'} {second} & 0xFFFF",
        ], pc + 1
    if name in ("stage_inc", "stage_dec"):
        return [f"stage = stage {'+' if name == 'stage_inc' else '-'} {i.value} & 0xFF"], pc + 1
    if name == "stage_rst":
        return ["stage = 0"], pc + 1
    if name in ("ld", "st"):
        return _memory(i, pc), pc + 1
    if name == "jump":
        return ([], i.value) if i.s is None else ([_leave(_target(i, pc))], None)
    if name in _JUMPS:
        target = _target(i, pc)
        return [f"if {_JUMPS[name].format(value=i.value)}: {_leave(target)}"], pc + 1
    if name == "reg_rd":
        mask = (1 << i.high - i.low + 1) - 1
        read = f"r0 = rtc.read({i.value}, c + {cycles}) >> {i.low} & {mask}"
        return [f"cpu.pc = {pc}", read], pc + 1
    if name == "reg_wr":
        mask = (1 << i.high - i.low + 1) - 1 << i.low
        write = f"rtc.write({i.value}, {i.offset << i.low}, {mask}, c + {cycles})"
        return [f"cpu.pc = {pc}", write], pc + 1
    if name == "wake":
        return ["rtc.wake()"], pc + 1
    if name == "sleep":
        return [f"cpu.period_index = {i.value}"], pc + 1
    if name == "halt":
        return [_leave(pc + 1 + HALTED)], None
    if name == "wait":
        return [], pc + 1
    raise UlpError(f"{name} needs a peripheral that isn't modelled")


def _target(i: Instruction, pc: int) -> int | str:
    if i.name in ("jump", "jump_eq", "jump_ov"):
        return i.value if i.s is None else f"r{i.s}"
    return pc + i.offset


def _memory(i: Instruction, pc: int) -> list[str]:
    outside = f"if not 0 <= a < {WORDS}: cpu.pc = {pc}; raise UlpError(f'word {{a}} is outside "
    lines = [f"a = r{i.s} + {i.value}", outside + "RTC slow memory')"]
    if i.name == "ld":
        return [*lines, f"r{i.d} = m[a] & 0xFFFF"]
    changed = f"if code[a]: {_leave(pc + 1 + SLOWLY)}"
    return [*lines, f"m[a] = {pc << 21 | i.s << 16} | r{i.t}", changed]
