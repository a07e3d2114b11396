"""What each instruction does to the processor (ESP-IDF docs, ulp_instruction_set.rst).

Each function gets the processor, whose PC is already that of the next instruction, and the
instruction. Flags: the technical reference manual lets all ALU operations set ZERO and only ADD
and SUB set OVERFLOW, here the carry or borrow out of 16 bits. See strict.py for what is certain.
"""

from ulp_emulator.errors import UlpError

WORDS = 2048  # of RTC slow memory


def _second(cpu, i):
    return i.value if i.t is None else cpu.r[i.t]


def _put(cpu, i, result):
    result &= 0xFFFF
    cpu.r[i.d] = result
    cpu.zero = result == 0


def _add(cpu, i):
    total = cpu.r[i.s] + (i.value if i.t is None else cpu.r[i.t])
    cpu.overflow = total > 0xFFFF
    cpu.r[i.d] = total = total & 0xFFFF
    cpu.zero = total == 0


def _sub(cpu, i):
    difference = cpu.r[i.s] - (i.value if i.t is None else cpu.r[i.t])
    cpu.overflow = difference < 0
    cpu.r[i.d] = difference = difference & 0xFFFF
    cpu.zero = difference == 0


def _and(cpu, i):
    _put(cpu, i, cpu.r[i.s] & _second(cpu, i))


def _or(cpu, i):
    _put(cpu, i, cpu.r[i.s] | _second(cpu, i))


def _move(cpu, i):
    _put(cpu, i, i.value if i.s is None else cpu.r[i.s])


def _lsh(cpu, i):
    _put(cpu, i, cpu.r[i.s] << _distance(cpu, i))


def _rsh(cpu, i):
    _put(cpu, i, cpu.r[i.s] >> _distance(cpu, i))


def _distance(cpu, i):
    distance = _second(cpu, i)
    if distance > 15:
        raise UlpError(f"a shift by {distance} has an undefined result")
    return distance


def _stage_inc(cpu, i):
    cpu.stage = cpu.stage + i.value & 0xFF


def _stage_dec(cpu, i):
    cpu.stage = cpu.stage - i.value & 0xFF


def _stage_rst(cpu, i):
    cpu.stage = 0


def _address(cpu, i):
    address = cpu.r[i.s] + i.value
    if not 0 <= address < WORDS:
        raise UlpError(f"word {address} is outside RTC slow memory")
    return address


def _ld(cpu, i):
    cpu.r[i.d] = cpu.words[_address(cpu, i)] & 0xFFFF


def _st(cpu, i):
    """Mem[Rdst + offset] = {PC[10:0], 3'b0, Rdst, Rsrc[15:0]}, PC that of the ST itself."""
    cpu.words[_address(cpu, i)] = cpu.pc - 1 << 21 | i.s << 16 | cpu.r[i.t]


def _jump(cpu, i):
    cpu.pc = i.value if i.s is None else cpu.r[i.s]


def _jump_eq(cpu, i):
    if cpu.zero:
        _jump(cpu, i)


def _jump_ov(cpu, i):
    if cpu.overflow:
        _jump(cpu, i)


def _jumpr_lt(cpu, i):
    if cpu.r[0] < i.value:
        cpu.pc += i.offset - 1


def _jumpr_ge(cpu, i):
    if cpu.r[0] >= i.value:
        cpu.pc += i.offset - 1


def _jumps_lt(cpu, i):
    if cpu.stage < i.value:
        cpu.pc += i.offset - 1


def _jumps_ge(cpu, i):
    if cpu.stage >= i.value:
        cpu.pc += i.offset - 1


def _jumps_le(cpu, i):
    if cpu.stage <= i.value:
        cpu.pc += i.offset - 1


def _reg_rd(cpu, i):
    value = cpu.rtc.read(i.value, cpu.cycles)
    cpu.r[0] = value >> i.low & (1 << i.high - i.low + 1) - 1


def _reg_wr(cpu, i):
    mask = (1 << i.high - i.low + 1) - 1 << i.low
    cpu.rtc.write(i.value, i.offset << i.low, mask, cpu.cycles)


def _wait(cpu, i):
    pass


def _wake(cpu, i):
    cpu.rtc.wake()


def _sleep(cpu, i):
    cpu.period_index = i.value


def _halt(cpu, i):
    cpu.halted = True


def _missing(cpu, i):
    raise UlpError(f"{i.name} needs a peripheral that isn't modelled")


EXECUTE = {
    "add": _add,
    "sub": _sub,
    "and": _and,
    "or": _or,
    "move": _move,
    "lsh": _lsh,
    "rsh": _rsh,
    "stage_inc": _stage_inc,
    "stage_dec": _stage_dec,
    "stage_rst": _stage_rst,
    "ld": _ld,
    "st": _st,
    "jump": _jump,
    "jump_eq": _jump_eq,
    "jump_ov": _jump_ov,
    "jumpr_lt": _jumpr_lt,
    "jumpr_ge": _jumpr_ge,
    "jumps_lt": _jumps_lt,
    "jumps_ge": _jumps_ge,
    "jumps_le": _jumps_le,
    "reg_rd": _reg_rd,
    "reg_wr": _reg_wr,
    "wait": _wait,
    "wake": _wake,
    "sleep": _sleep,
    "halt": _halt,
    "adc": _missing,
    "i2c_rd": _missing,
    "i2c_wr": _missing,
}
