"""An emulator of the plain ESP32's FSM ULP coprocessor, instruction by instruction.

    ulp = Ulp(strict=True)
    ulp.load(binary)                    # as esp32.ULP().load_binary(0, binary)
    timer = Timer(ulp)
    timer.set_period_us(0, 20_000)
    timer.drive(RTC_GPIO[32], [(1_000_000, 0), (1_200_000, 1)])
    timer.start(entry)                  # in words
    timer.advance_to(2_000_000)         # microseconds
    ulp.words[3] & 0xFFFF

It executes the documented instruction set with the documented cycles and stops with UlpError at
anything else: other instructions, memory outside RTC slow memory, registers that aren't modelled,
a run without HALT. Sources: ESP32 technical reference manual, chapter "ULP Coprocessor"; ESP-IDF,
ulp_instruction_set.rst, ulp.h and the register headers. No chip has been compared with it.

Needs only the standard library. ADC, I2C_RD and I2C_WR are decoded but not executed. The ESP32-S2
and S3 have another instruction set.
"""

from ulp_emulator.cpu import Ulp
from ulp_emulator.decode import Instruction, decode
from ulp_emulator.edges import read_channels, read_edges
from ulp_emulator.errors import UlpError
from ulp_emulator.pads import PADS, RTC_GPIO, ulp_address
from ulp_emulator.rtc import Rtc
from ulp_emulator.timer import Timer

__all__ = [
    "PADS",
    "RTC_GPIO",
    "Instruction",
    "Rtc",
    "Timer",
    "Ulp",
    "UlpError",
    "decode",
    "read_channels",
    "read_edges",
    "ulp_address",
]
