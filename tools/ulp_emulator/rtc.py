"""The RTC registers that a ULP program can reach: pads and pins, clock, wake, periods.

Only what stands here is modelled; reading anything else is a fault. `Rtc.define` adds a register
without a function of its own. Addresses are the ULP's: words from 0x3ff48000, see ulp_address().
Registers: ESP32 technical reference manual; ESP-IDF soc/esp32: rtc_cntl_reg.h, rtc_io_reg.h,
sens_reg.h. Pad registers begin at 0 (their drive strength and touch bits aren't modelled), HOLD,
sleep mode (SLP_SEL) and pulls do nothing.
"""

import copy
from math import floor

from ulp_emulator.errors import UlpError
from ulp_emulator.pads import PADS, ulp_address

TIME_UPDATE = ulp_address(0x3FF4800C)  # bit 31: latch the clock; bit 30: it is latched
TIME0 = ulp_address(0x3FF48010)  # slow-clock cycles, low 32 bits
TIME1 = ulp_address(0x3FF48014)  # high 16 bits
STATE0 = ulp_address(0x3FF48018)  # bit 24: ULP_CP_SLP_TIMER_EN
LOW_POWER_ST = ulp_address(0x3FF480C0)  # bit 19: RDY_FOR_WAKEUP; bit 27: MAIN_STATE_IN_IDLE
GPIO_OUT = ulp_address(0x3FF48400)  # and its W1TS and W1TC
GPIO_ENABLE = ulp_address(0x3FF4840C)  # and its W1TS and W1TC
GPIO_IN = ulp_address(0x3FF48424)
SLEEP_CYC0 = ulp_address(0x3FF48818)  # to CYC4: periods of the ULP timer, slow-clock cycles

TIMER_ENABLE = 1 << 24
_READY_FOR_WAKEUP = 1 << 19
_CPU_AWAKE = 1 << 27
_UPDATE = 1 << 31
_TIME_VALID = 1 << 30
_GPIO_SHIFT = 14  # RTC GPIO 0 is bit 14 of the GPIO registers
_RESET_PERIOD = 200  # slow-clock cycles
_ALL = 0xFFFFFFFF
_PAD_REGISTERS = {ulp_address(pad.register) for pad in PADS.values()}
_SET = {GPIO_OUT + 1: GPIO_OUT, GPIO_ENABLE + 1: GPIO_ENABLE}
_CLEAR = {GPIO_OUT + 2: GPIO_OUT, GPIO_ENABLE + 2: GPIO_ENABLE}
_CHANGING = {TIME_UPDATE, TIME0, TIME1, LOW_POWER_ST}
_READ_ONLY = {GPIO_IN, LOW_POWER_ST, TIME0, TIME1}


class Rtc:
    """The registers, and what stands behind them.

    check_pads: a pin reads 0 until its pad belongs to the RTC and its input is enabled.
    ready_for_wakeup, cpu_awake: what the ULP sees in LOW_POWER_ST.
    wakes, interrupts, lost_wakes: WAKE instructions by what came of them.
    looks: reads of what changes by itself, the clock and LOW_POWER_ST.
    ticks: slow-clock cycles at the start of the run; cycles_per_tick: ULP cycles in one.
    """

    def __init__(self, check_pads: bool = True):
        self.check_pads = check_pads
        self.ready_for_wakeup = False
        self.cpu_awake = False
        self.wakes = self.interrupts = self.lost_wakes = 0
        self.looks = 0
        self.ticks = 0.0
        self.cycles_per_tick = 8_500_000 / 150_000
        self._levels = 0
        self._latch: int | None = None  # the tick at which a wanted TIME is there
        periods = range(SLEEP_CYC0, SLEEP_CYC0 + 5)
        plain = (TIME0, TIME1, STATE0, GPIO_OUT, GPIO_ENABLE, GPIO_IN, *_PAD_REGISTERS)
        self._values = dict.fromkeys(plain, 0) | dict.fromkeys(periods, _RESET_PERIOD)

    def copy(self) -> "Rtc":
        twin = copy.copy(self)
        twin._values = dict(self._values)
        return twin

    def define(self, address: int, value: int = 0) -> None:
        """A further register, which just keeps what is written."""
        self._values[address] = value

    def read(self, address: int, cycle: int = 0) -> int:
        """The 32 bits of a register, `cycle` ULP cycles after the start of the run."""
        if self._latch is not None:
            self._finish_latch(cycle)
        if address in _CHANGING:
            self.looks += 1
        if address in self._values:
            return self._values[address]
        if address == LOW_POWER_ST:
            return self.ready_for_wakeup * _READY_FOR_WAKEUP | self.cpu_awake * _CPU_AWAKE
        if address == TIME_UPDATE:
            return 0 if self._latch is not None else _TIME_VALID
        raise UlpError(f"register {address:#05x} isn't modelled for reading")

    def write(self, address: int, value: int, mask: int = _ALL, cycle: int = 0) -> None:
        """Write the bits of `mask`; the others stay."""
        if address in _SET:
            self._values[_SET[address]] |= value & mask
        elif address in _CLEAR:
            self._values[_CLEAR[address]] &= ~(value & mask)
        elif address == TIME_UPDATE:
            if value & mask & _UPDATE:
                self._latch = floor(self._now(cycle)) + 1
        elif address in self._values and address not in _READ_ONLY:
            self._store(address, value, mask)
        else:
            raise UlpError(f"register {address:#05x} isn't modelled for writing")

    def set_level(self, rtc_gpio: int, level: int) -> None:
        """What stands at a pin from now on."""
        bit = 1 << rtc_gpio
        self._levels = self._levels | bit if level else self._levels & ~bit
        self._update_inputs()

    def wake(self) -> None:
        """WAKE: has an effect while RDY_FOR_WAKEUP is set, or as an interrupt of an awake CPU."""
        if self.ready_for_wakeup:
            self.wakes += 1
        elif self.cpu_awake:
            self.interrupts += 1
        else:
            self.lost_wakes += 1

    def _store(self, address: int, value: int, mask: int) -> None:
        old = self._values[address]
        new = old & ~mask | value & mask
        if new != old:
            self._values[address] = new
            if address in _PAD_REGISTERS:
                self._update_inputs()

    def _update_inputs(self) -> None:
        levels = self._levels
        if self.check_pads:
            levels &= sum(1 << n for n in PADS if levels >> n & 1 and self._connected(n))
        self._values[GPIO_IN] = levels << _GPIO_SHIFT

    def _connected(self, rtc_gpio: int) -> bool:
        pad = PADS[rtc_gpio]
        register = self._values[ulp_address(pad.register)]
        return bool(register >> pad.mux & register >> pad.input_enable & 1)

    def _now(self, cycle: int) -> float:
        return self.ticks + cycle / self.cycles_per_tick

    def _finish_latch(self, cycle: int) -> None:
        """The 48-bit counter is there at the next edge of the slow clock."""
        if self._now(cycle) >= self._latch:
            self._values[TIME0] = self._latch & _ALL
            self._values[TIME1] = self._latch >> 32 & 0xFFFF
            self._latch = None
