"""The simulated board's coprocessor: the emulator with the flashed program, seen by the CPU."""

import copy
from collections.abc import Iterable
from random import Random

from rill.image import ulp_program
from ulp_emulator import PADS, RTC_GPIO, Timer, Ulp, ulp_address

RTC_SLOW = 0x50000000
_REGISTERS = range(0x3FF48000, 0x3FF49000, 4)
_ENABLED = 1 << 24
STATE0 = 0x3FF48018
TIMER2 = 0x3FF48020
STORE1 = 0x3FF48050
POWER = 0x3FF48080
RESET_STATE = 0x3FF48034
_START_WAIT = 0x10 << 15
SLOW_HZ = 150_000


class CoprocessorError(Exception):
    """The firmware did what no chip can answer."""


class Coprocessor:
    """Emulator, timer and pins.

    slow_hz: of RTC_SLOW_CLK; calibrated_hz: what the CPU has measured. Times in microseconds
    since the world began.
    """

    def __init__(self, slow_hz: float = SLOW_HZ, calibrated_hz: float = SLOW_HZ):
        self.timer = Timer(Ulp(), slow_hz=slow_hz, sleep_needs_cpu=True)
        self.ulp = self.timer.ulp
        self.rtc = self.ulp.rtc
        self.rtc.cpu_awake = True
        for number in PADS:
            self.rtc.set_level(number, 1)  # each pin has its pull-up
        self.symbols = ulp_program().symbols
        self._rest_word = self.symbols["idle_runs_lo"]
        for address, value in ((TIMER2, _START_WAIT), (POWER, 0), (RESET_STATE, 1)):
            self.rtc.define(ulp_address(address), value)
        self.calibrate(calibrated_hz)

    def power_comes(self, us: float, noise: Random) -> None:
        """Its memory is noise, and its clock begins at zero."""
        self.ulp.memory[:] = noise.randbytes(len(self.ulp.memory))
        self.timer.now_us = self.timer.began_us = us

    def calibrate(self, hz: float) -> None:
        """What a boot does, and leaves in STORE1: so fast is the slow clock now."""
        self.calibrated_hz = hz
        self.calibration = round((1 << 19) * 1_000_000 / hz)  # us per cycle, Q13.19
        self.rtc.define(ulp_address(STORE1), self.calibration)

    def drive(self, gpio: int, edges: Iterable[tuple[int, int]]) -> None:
        """From now on the pin follows (t_us, level after the edge), 1 before the first."""
        self.timer.drive(RTC_GPIO[gpio], edges)

    def advance_to(self, us: float, until_wake: bool = False) -> bool:
        """Poll until then; True when it woke the CPU, at timer.now_us, where it stopped."""
        return self.timer.follow_to(us, self._rest_word, until_wake)

    def half(self, name: str) -> int:
        """The value of a word by its label in ulp_counter.S."""
        return self.ulp.words[self.symbols[name]] & 0xFFFF

    def wide(self, name: str) -> int:
        """A counter of two words."""
        return self.half(f"{name}_hi") << 16 | self.half(f"{name}_lo")

    def copied(self) -> "Coprocessor":
        """The whole state once more."""
        return self._with(self.timer.copy())

    def restarted(self, slow_hz: float) -> "Coprocessor":
        """The same memory and registers with everything else as at time 0."""
        return self._with(self.timer.restarted(slow_hz))

    def _with(self, timer: Timer) -> "Coprocessor":
        twin = copy.copy(self)
        twin.timer = timer
        twin.ulp = twin.timer.ulp
        twin.rtc = twin.ulp.rtc
        return twin

    # The CPU's side.

    def sleeps(self, asleep: bool) -> None:
        """What the program sees of the CPU from now on."""
        self.rtc.cpu_awake = not asleep
        self.rtc.ready_for_wakeup = asleep

    def take_down(self) -> None:
        """What a wake does: everything that was asked for is seen, everything counted is safe."""
        words = self.ulp.words
        words[self.symbols["seen"]] = self.half("requests")
        total = self.half("forward_lo") + self.half("reverse_lo")
        words[self.symbols["committed"]] = total & 0xFFFF

    def allow_wakes(self, budget: int) -> None:
        """So many wakes because of marks from now on."""
        self.ulp.words[self.symbols["until"]] = self.half("used") + budget & 0xFFFF

    def peek(self, address: int) -> int:
        """32 bits of the address space."""
        if address in _REGISTERS:
            self._set_clock()
            return self.rtc.read(ulp_address(address))
        return int.from_bytes(self.read(address, 4), "little")

    def read(self, address: int, size: int) -> bytes:
        """Bytes of RTC slow memory."""
        start = address - RTC_SLOW
        if start < 0 or start + size > len(self.ulp.memory) or start % 4:
            raise CoprocessorError(f"read of {size} bytes at {address:#x}")
        return bytes(self.ulp.memory[start : start + size])

    def poke(self, address: int, value: int) -> None:
        """Write 32 bits."""
        if address in _REGISTERS:
            self._set_clock()
            self.rtc.write(ulp_address(address), value)
            return
        start = address - RTC_SLOW
        if start < 0 or start + 4 > len(self.ulp.memory) or start % 4:
            raise CoprocessorError(f"write at {address:#x}")
        self.ulp.memory[start : start + 4] = value.to_bytes(4, "little")

    def set_period(self, index: int, us: int) -> None:
        """ulp_set_wakeup_period()"""
        self.timer.set_period_us(index, us, self.calibrated_hz)

    def make_digital(self, gpio: int) -> None:
        """rtc_gpio_deinit(), which machine.Pin(gpio, mode) calls."""
        if gpio in RTC_GPIO:
            pad = PADS[RTC_GPIO[gpio]]
            self.rtc.write(ulp_address(pad.register), 0, 1 << pad.mux)

    def is_digital(self, gpio: int) -> bool:
        """Whether the pad belongs to the GPIO matrix, so that PCNT sees its level."""
        if gpio not in RTC_GPIO:
            return True
        pad = PADS[RTC_GPIO[gpio]]
        return not self.rtc.read(ulp_address(pad.register)) >> pad.mux & 1

    def load(self, binary: bytes) -> None:
        """ulp_load_binary() to word 0"""
        if self.peek(STATE0) & _ENABLED:
            raise CoprocessorError("a program was loaded over the running one")
        self.ulp.load(binary)

    def run(self, entry: int) -> None:
        """ulp_run()"""
        self.timer.start(entry // 4)

    def _set_clock(self) -> None:
        self.rtc.ticks = self.timer.ticks(self.timer.now_us)
