"""Instruction words of the plain ESP32's FSM ULP, taken apart.

Field layout: ESP-IDF components/ulp/include/esp32/ulp.h (ulp_insn_t), ESP32 technical reference
manual, chapter "ULP Coprocessor". Cycles: ESP-IDF docs, ulp_instruction_set.rst; they are those
of the instruction plus those of fetching the next one. A word whose unused bits aren't zero, or
whose fields have no documented meaning, is refused: the chip would do something, nobody says what.
"""

from typing import NamedTuple

from ulp_emulator.errors import UlpError

_ALU = ("add", "sub", "and", "or", "move", "lsh", "rsh")
_STAGE = ("stage_inc", "stage_dec", "stage_rst")
_JUMP = ("jump", "jump_eq", "jump_ov")
_JUMPR = ("jumpr_lt", "jumpr_ge")
_JUMPS = ("jumps_lt", "jumps_ge", "jumps_le")
_LAST_PERIOD = 4
# exec + fetch of the next instruction, in cycles of RTC_FAST_CLK
_ALU_CYCLES = 2 + 4
_BRANCH_CYCLES = 2 + 2
_MEMORY_CYCLES = 4 + 4
_REG_RD_CYCLES = 4 + 4
_REG_WR_CYCLES = 8 + 4
_OTHER_CYCLES = 2 + 4  # WAIT (plus its operand), WAKE, SLEEP
_HALT_CYCLES = 2


class Instruction(NamedTuple):
    """One decoded word; a field that the instruction doesn't have is None or 0."""

    name: str
    cycles: int  # 0: depends on a peripheral that isn't modelled
    d: int | None = None  # register written
    s: int | None = None  # first register read; of LD and ST the address
    t: int | None = None  # second register read; of ST the value
    value: int = 0  # immediate; words for LD/ST offsets and jumps; register number of REG_RD/WR
    offset: int = 0  # of JUMPR and JUMPS: words, signed, from the instruction itself
    high: int = 0  # of REG_RD and REG_WR: last bit
    low: int = 0  # first bit


def decode(word: int) -> Instruction:
    """The instruction that a 32-bit word is; UlpError when it is none."""
    decoder = _DECODERS.get(word >> 28)
    instruction = decoder(word) if decoder else None
    if instruction is None:
        raise UlpError("undocumented instruction")
    return instruction


def _bits(word: int, high: int, low: int) -> int:
    return word >> low & (1 << high - low + 1) - 1


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> bits - 1 else value


def _reg_wr(word: int) -> Instruction | None:
    high, low, data = _bits(word, 27, 23), _bits(word, 22, 18), _bits(word, 17, 10)
    if not 0 < high - low + 1 <= 8 or data >> high - low + 1:
        return None
    return Instruction(
        "reg_wr", _REG_WR_CYCLES, value=_bits(word, 9, 0), offset=data, high=high, low=low
    )


def _reg_rd(word: int) -> Instruction | None:
    high, low = _bits(word, 27, 23), _bits(word, 22, 18)
    if not 0 < high - low + 1 <= 16 or _bits(word, 17, 10):
        return None
    return Instruction("reg_rd", _REG_RD_CYCLES, d=0, value=_bits(word, 9, 0), high=high, low=low)


def _i2c(word: int) -> Instruction | None:
    if _bits(word, 26, 26):
        return None
    if _bits(word, 27, 27):
        return Instruction("i2c_wr", 0)
    return Instruction("i2c_rd", 0, d=0)


def _wait(word: int) -> Instruction | None:
    if _bits(word, 27, 16):
        return None
    return Instruction("wait", _OTHER_CYCLES + _bits(word, 15, 0), value=_bits(word, 15, 0))


def _adc(word: int) -> Instruction | None:
    if _bits(word, 27, 24) or _bits(word, 7, 7):
        return None
    return Instruction("adc", 0, d=_bits(word, 1, 0), value=_bits(word, 6, 2))


def _st(word: int) -> Instruction | None:
    if _bits(word, 27, 25) != 4 or _bits(word, 24, 21) or _bits(word, 9, 4):
        return None
    offset = _signed(_bits(word, 20, 10), 11)
    return Instruction(
        "st", _MEMORY_CYCLES, s=_bits(word, 3, 2), t=_bits(word, 1, 0), value=offset
    )


def _ld(word: int) -> Instruction | None:
    if _bits(word, 27, 21) or _bits(word, 9, 4):
        return None
    offset = _signed(_bits(word, 20, 10), 11)
    return Instruction(
        "ld", _MEMORY_CYCLES, d=_bits(word, 1, 0), s=_bits(word, 3, 2), value=offset
    )


def _alu(word: int) -> Instruction | None:
    form, operation = _bits(word, 27, 25), _bits(word, 24, 21)
    if form == 2:
        return _alu_stage(word, operation)
    if form > 2 or operation >= len(_ALU):
        return None
    return (_alu_immediate if form else _alu_register)(word, _ALU[operation])


def _alu_register(word: int, name: str) -> Instruction | None:
    d, s, t = _bits(word, 1, 0), _bits(word, 3, 2), _bits(word, 5, 4)
    if _bits(word, 20, 6):
        return None
    if name == "move":  # ESP-IDF leaves the second source 0, binutils repeats the first
        return Instruction(name, _ALU_CYCLES, d=d, s=s) if t in (0, s) else None
    return Instruction(name, _ALU_CYCLES, d=d, s=s, t=t)


def _alu_immediate(word: int, name: str) -> Instruction | None:
    d, s, value = _bits(word, 1, 0), _bits(word, 3, 2), _bits(word, 19, 4)
    if _bits(word, 20, 20):
        return None
    if name == "move":
        return Instruction(name, _ALU_CYCLES, d=d, value=value) if s == 0 else None
    return Instruction(name, _ALU_CYCLES, d=d, s=s, value=value)


def _alu_stage(word: int, operation: int) -> Instruction | None:
    if operation >= len(_STAGE) or _bits(word, 20, 12) or _bits(word, 3, 0):
        return None
    value = _bits(word, 11, 4)
    if _STAGE[operation] == "stage_rst" and value:
        return None
    return Instruction(_STAGE[operation], _ALU_CYCLES, value=value)


def _branch(word: int) -> Instruction | None:
    form = _bits(word, 27, 25)
    if form == 0:
        return _jump(word)
    distance = _bits(word, 23, 17)
    offset = -distance if _bits(word, 24, 24) else distance
    if form == 1:
        name = _JUMPR[_bits(word, 16, 16)]
        return Instruction(name, _BRANCH_CYCLES, s=0, value=_bits(word, 15, 0), offset=offset)
    if form == 2 and _bits(word, 16, 15) < len(_JUMPS) and not _bits(word, 14, 8):
        name = _JUMPS[_bits(word, 16, 15)]
        return Instruction(name, _BRANCH_CYCLES, value=_bits(word, 7, 0), offset=offset)
    return None


def _jump(word: int) -> Instruction | None:
    kind, register, target = _bits(word, 24, 22), _bits(word, 1, 0), _bits(word, 12, 2)
    if kind >= len(_JUMP) or _bits(word, 20, 13):
        return None
    if _bits(word, 21, 21):
        return None if target else Instruction(_JUMP[kind], _BRANCH_CYCLES, s=register)
    return None if register else Instruction(_JUMP[kind], _BRANCH_CYCLES, value=target)


def _end(word: int) -> Instruction | None:
    if word == 0x90000001:
        return Instruction("wake", _OTHER_CYCLES)
    if word >> 4 == 0x9200000 and _bits(word, 3, 0) <= _LAST_PERIOD:
        return Instruction("sleep", _OTHER_CYCLES, value=_bits(word, 3, 0))
    return None


def _halt(word: int) -> Instruction | None:
    return None if _bits(word, 27, 0) else Instruction("halt", _HALT_CYCLES)


# Opcodes 0, 12, 14 and 15 are nothing; 10 (TSENS) isn't documented for the ESP32 any more.
_DECODERS = {
    1: _reg_wr,
    2: _reg_rd,
    3: _i2c,
    4: _wait,
    5: _adc,
    6: _st,
    7: _alu,
    8: _branch,
    9: _end,
    11: _halt,
    13: _ld,
}
