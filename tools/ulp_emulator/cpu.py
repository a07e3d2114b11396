"""The processor: registers, flags, RTC slow memory, and the running of a program."""

import copy
import struct
import sys

from ulp_emulator.decode import Instruction, decode
from ulp_emulator.errors import UlpError
from ulp_emulator.execute import EXECUTE, WORDS
from ulp_emulator.rtc import Rtc
from ulp_emulator.strict import Checks
from ulp_emulator.translate import HALTED, SLOWLY, Translation

RESERVED_BYTES = 2040  # what MicroPython's images keep of RTC slow memory for the ULP
_MAGIC = 0x00706C75  # "ulp\0"
_HEADER = struct.Struct("<IHHHH")  # magic, text offset, text, data and bss bytes
_known: dict[int, tuple[Instruction, object]] = {}

if sys.byteorder != "little":
    raise ImportError("RTC memory is seen as the host's words: little-endian hosts only")


class Ulp:
    """One FSM ULP with its 8 KiB of RTC slow memory.

    memory: as bytes; words: the same as 2048 words of 32 bits.
    r: R0..R3; stage: the stage counter; pc: in words; entry: PC_INIT, in words.
    cycles: of this run so far, in cycles of RTC_FAST_CLK; period_index: what SLEEP chose.
    strict: fault on what is undocumented, see strict.py. seed: of the garbage that registers,
    stage counter and flags hold at each start, since nothing keeps them from run to run.
    """

    def __init__(self, *, entry: int = 0, strict: bool = False, seed: int = 1, rtc=None):
        self.memory = bytearray(4 * WORDS)
        self.words = memoryview(self.memory).cast("I")
        self.rtc = rtc or Rtc()
        self.entry = entry
        self.pc = entry
        self.r = [0, 0, 0, 0]
        self.stage = 0
        self.zero = self.overflow = False
        self.halted = True
        self.cycles = 0
        self.period_index = 0
        self._garbage = seed
        self._checks = Checks() if strict else None
        self._translation: Translation | None = None

    def check_strictly(self) -> None:
        """From the next run on, fault on what is undocumented."""
        self._checks = Checks()

    def load(self, binary: bytes, word: int = 0, reserved: int = RESERVED_BYTES) -> None:
        """What ulp_load_binary() of ESP-IDF does: .text and .data to `word`, .bss zeroed."""
        magic, offset, text, data, bss = _HEADER.unpack_from(binary)
        loaded = binary[offset : offset + text + data]
        if magic != _MAGIC or len(loaded) != text + data:
            raise UlpError("not a program for the ULP")
        start, end = 4 * word, 4 * word + text + data + bss
        if end > reserved:
            raise UlpError(f"the program ends at byte {end} of {reserved}")
        self.memory[start:end] = loaded + bytes(bss)

    def start(self) -> None:
        """What the timer does: begin a run at PC_INIT, with garbage in the registers."""
        # one step of a 64-bit linear congruential generator (Knuth's MMIX)
        garbage = self._garbage * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        self._garbage = garbage
        self.r = [garbage >> shift & 0xFFFF for shift in (0, 16, 32, 48)]
        self.stage = garbage >> 40 & 0xFF
        self.zero, self.overflow = bool(garbage >> 62 & 1), bool(garbage >> 61 & 1)
        self.pc = self.entry
        self.cycles = 0
        self.halted = False
        if self._checks:
            self._checks.restart()

    def step(self) -> int:
        """Execute one instruction; returns its cycles."""
        if self.halted:
            raise UlpError("the ULP is halted; start() begins a run")
        before = self.cycles
        self._execute(before)
        return self.cycles - before

    def run(self, limit: int = 100_000) -> int:
        """One run of the timer, from start to HALT; returns its cycles."""
        self.start()
        if self._checks:
            self._execute(limit)
        else:
            self._execute_translated(limit)
        if not self.halted:
            raise UlpError(f"no HALT within {limit} cycles")
        return self.cycles

    def _execute(self, until: int) -> None:
        """Instruction after instruction, to HALT or until more than `until` cycles have gone."""
        words, checks, pc = self.words, self._checks, self.pc
        try:
            while True:
                pc = self.pc
                if not 0 <= pc < WORDS:
                    raise UlpError("the program went outside RTC slow memory")
                word = words[pc]
                instruction, execute = _known.get(word) or _learn(word)
                if checks:
                    checks.before(instruction)
                self.pc = pc + 1
                execute(self, instruction)
                if checks:
                    checks.after(instruction)
                self.cycles += instruction.cycles
                if self.halted or self.cycles > until:
                    return
        except UlpError as error:
            self.pc = pc
            raise UlpError(f"word {pc}: {error}") from None

    def _execute_translated(self, until: int) -> None:
        """As _execute() from the start of a run, three times as fast."""
        translation, memory = self._translation, self.memory
        if translation is None or not translation.is_of(memory):
            translation = self._translation = Translation()
        function, code, pc = translation.function, translation.is_code, self.pc
        state = [*self.r, not self.zero, self.overflow << 16, self.stage, self.cycles]
        try:
            while 0 <= pc < WORDS and state[-1] <= until:
                pc, *state = function(pc, memory)(self, self.words, self.rtc, code, *state)
        except UlpError as error:
            raise UlpError(f"word {self.pc}: {error}") from None
        *self.r, last, total, self.stage, self.cycles = state
        self.zero, self.overflow = not last, bool(total >> 16)
        self.halted = pc >= HALTED
        self.pc = pc - HALTED if self.halted else pc - SLOWLY if pc >= SLOWLY // 2 else pc
        if not self.halted:
            self._execute(until)

    def copy(self) -> "Ulp":
        """The whole state, to go on from twice or to come back to."""
        twin = copy.copy(self)
        twin.memory = bytearray(self.memory)
        twin.words = memoryview(twin.memory).cast("I")
        twin.r = list(self.r)
        twin.rtc = self.rtc.copy()
        twin._checks = self._checks and self._checks.copy()
        return twin


def _learn(word: int) -> tuple[Instruction, object]:
    instruction = decode(word)
    _known[word] = instruction, EXECUTE[instruction.name]
    return _known[word]
