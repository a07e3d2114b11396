"""The slow clock of the ESP32's RTC domain. Sources: as in rtc.py.

The Q13.19 calibration in STORE1 is written by rtc_init() of ESP-IDF at each boot
(esp_clk_slowclk_cal_get()).
"""

import machine
from micropython import const

_TIME_UPDATE = const(0x3FF4800C)  # RTC_CNTL_TIME_UPDATE_REG: bit 31 latches, bit 30: it is there
_TIME0 = const(0x3FF48010)  # RTC_CNTL_TIME0_REG: slow-clock cycles, lower 32 bits
_TIME1 = const(0x3FF48014)  # RTC_CNTL_TIME1_REG: upper 16 bits
_STORE1 = const(0x3FF48050)  # RTC_CNTL_STORE1_REG: us per slow-clock cycle, Q13.19
_NOMINAL_CALIBRATION = const(3495253)  # 150 kHz: 2**19 / 0.15
_VALID = const(1 << 30)
_LATCH = const(1 << 31)
_LOOKS = const(100)  # a cycle of the slow clock is 8 us at the most


def calibration():
    """Microseconds per slow-clock cycle, Q13.19, as measured at this boot."""
    # 0 when nobody has measured: ESP-IDF then takes the nominal clock, too.
    return machine.mem32[_STORE1] or _NOMINAL_CALIBRATION


def keep(calibration):
    """Behind a light sleep: ESP-IDF has measured ten cycles for it, a boot measures 1024."""
    machine.mem32[_STORE1] = calibration


def ticks():
    """48 bits of slow-clock cycles since power-on, through sleep and resets."""
    machine.mem32[_TIME_UPDATE] = _LATCH
    for _ in range(_LOOKS):
        if machine.mem32[_TIME_UPDATE] & _VALID:
            break
    while True:
        high = machine.mem32[_TIME1] & 0xFFFF
        low = machine.mem32[_TIME0]
        # The coprocessor latches, too, and may have done so in between.
        if machine.mem32[_TIME1] & 0xFFFF == high:
            return high << 32 | low
