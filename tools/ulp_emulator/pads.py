"""The RTC pads of the plain ESP32 (ESP-IDF soc/esp32: rtc_io_reg.h, rtc_io_periph.c)."""

from typing import NamedTuple

RTC_CNTL = 0x3FF48000  # where the ULP's register addresses begin; they count words from here


class Pad(NamedTuple):
    """How one pad is given to the RTC and its input enabled."""

    gpio: int  # number of the pin
    register: int  # address of its pad register, as the CPU sees it
    mux: int  # bit MUX_SEL: 1 = the pad belongs to the RTC
    input_enable: int  # bit FUN_IE


def ulp_address(address: int) -> int:
    """The ULP's word address of a register that the CPU sees at 0x3ff48000 and above."""
    return (address - RTC_CNTL) // 4


def _touch_pads() -> dict[int, Pad]:
    gpios = (4, 0, 2, 15, 13, 12, 14, 27)
    return {10 + i: Pad(gpio, 0x3FF48494 + 4 * i, 19, 13) for i, gpio in enumerate(gpios)}


# by number of the RTC GPIO
PADS = {
    0: Pad(36, 0x3FF4847C, 27, 19),
    1: Pad(37, 0x3FF4847C, 26, 14),
    2: Pad(38, 0x3FF4847C, 25, 9),
    3: Pad(39, 0x3FF4847C, 24, 4),
    4: Pad(34, 0x3FF48480, 29, 23),
    5: Pad(35, 0x3FF48480, 28, 18),
    6: Pad(25, 0x3FF48484, 17, 11),
    7: Pad(26, 0x3FF48488, 17, 11),
    8: Pad(33, 0x3FF4848C, 18, 11),
    9: Pad(32, 0x3FF4848C, 17, 5),
    **_touch_pads(),
}
RTC_GPIO = {pad.gpio: number for number, pad in PADS.items()}  # by number of the pin
