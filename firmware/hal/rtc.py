"""Registers of the ESP32's RTC domain: the coprocessor's timer, memory, clock and pads.

Every register that this firmware touches stands here. Sources: ESP32 technical reference
manual; ESP-IDF soc/esp32: rtc_cntl_reg.h, rtc_io_reg.h; the Q13.19 calibration in STORE1 is
written by rtc_init() of ESP-IDF at each boot (esp_clk_slowclk_cal_get()).
"""

import machine
import uctypes
from micropython import const

_SLOW_MEMORY = const(0x50000000)  # word 0 of the coprocessor
_TIME_UPDATE = const(0x3FF4800C)  # RTC_CNTL_TIME_UPDATE_REG: bit 31 latches, bit 30: it is there
_TIME0 = const(0x3FF48010)  # RTC_CNTL_TIME0_REG: slow-clock cycles, lower 32 bits
_TIME1 = const(0x3FF48014)  # RTC_CNTL_TIME1_REG: upper 16 bits
_STATE0 = const(0x3FF48018)  # RTC_CNTL_STATE0_REG
_ULP_TIMER_ON = const(1 << 24)  # ULP_CP_SLP_TIMER_EN
_TIMER2 = const(0x3FF48020)  # RTC_CNTL_TIMER2_REG
_START_WAIT = const(0x1FF << 15)  # ULPCP_TOUCH_START_WAIT
_LONGER_START = const(0x20 << 15)  # twice its default; esp-idf#8048, boarchuz/HULP
_STORE1 = const(0x3FF48050)  # RTC_CNTL_STORE1_REG: us per slow-clock cycle, Q13.19
_POWER = const(0x3FF48080)  # RTC_CNTL_PWC_REG
_FORCE_ON = const(1 << 19 | 1 << 5)  # FORCE_PU, FORCE_NOISO of the RTC peripherals
_ENABLE_OFF = const(0x3FF48414)  # RTC_GPIO_ENABLE_W1TC_REG
_INPUT = const(0x3FF48424)  # RTC_GPIO_IN_REG
_FIRST_PIN = const(14)  # bit of RTC GPIO 0 in the two before
_NOMINAL_CALIBRATION = const(3495253)  # 150 kHz: 2**19 / 0.15
_VALID = const(1 << 30)
_LATCH = const(1 << 31)
_LOOKS = const(100)  # a cycle of the slow clock is 8 us at the most


def read_words(word, count):
    """The bytes of `count` words of the coprocessor's memory, as they are now."""
    return bytes(uctypes.bytearray_at(_SLOW_MEMORY + 4 * word, 4 * count))


def word(number):
    """All 32 bits of a word that only the CPU writes."""
    return machine.mem32[_SLOW_MEMORY + 4 * number]


def half_word(word):
    """The 16 bits of a word that the coprocessor can see."""
    # Its program counter stands in the upper half of each word that it wrote.
    return machine.mem32[_SLOW_MEMORY + 4 * word] & 0xFFFF


def write_word(word, value):
    machine.mem32[_SLOW_MEMORY + 4 * word] = value


def ulp_is_on():
    """True while the timer starts the coprocessor again and again, asleep or awake."""
    return bool(machine.mem32[_STATE0] & _ULP_TIMER_ON)


def ulp_off():
    """No run begins any more; one that has begun goes on to its end."""
    machine.mem32[_STATE0] &= ~_ULP_TIMER_ON & 0xFFFFFFFF


def calibration():
    """Microseconds per slow-clock cycle, Q13.19, as measured at this boot."""
    # 0 when nobody has measured: ESP-IDF then takes the nominal clock, too.
    return machine.mem32[_STORE1] or _NOMINAL_CALIBRATION


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


def connect(gpio):
    """Give a pad to the RTC as an input without pulls: rtc_gpio_init() of ESP-IDF.

    machine.Pin(gpio, mode) would undo it; nobody may call that on the pad of a reed.
    """
    from firmware.hal.rtc_pads import PADS  # here and below: most wakes have no use for it

    number, register, mux, function, enable, sleep, hold = PADS[gpio]
    value = machine.mem32[register] & ~(1 << hold)
    machine.mem32[register] = value & 0xFFFFFFFF
    value = (value | 1 << mux | 1 << enable) & ~(3 << function) & ~(1 << sleep)
    machine.mem32[_ENABLE_OFF] = 1 << _FIRST_PIN + number
    machine.mem32[register] = value & 0xFFFFFFFF


def level(gpio):
    """What the coprocessor sees at a pad: 1 open, 0 closed."""
    from firmware.hal.rtc_pads import PADS

    return machine.mem32[_INPUT] >> _FIRST_PIN + PADS[gpio][0] & 1


def hold(gpio):
    """Latch the configuration of a pad, as Espressif's own pulse counter does."""
    from firmware.hal.rtc_pads import PADS

    machine.mem32[PADS[gpio][1]] |= 1 << PADS[gpio][6]


def start_cycles():
    """Slow-clock cycles that the coprocessor takes to start: 4 and the start wait."""
    return 4 + ((machine.mem32[_TIMER2] & _START_WAIT) >> 15)


def force_on():
    """Keep the RTC peripherals powered in deep sleep; ESP-IDF forgets it at each boot."""
    machine.mem32[_TIMER2] = machine.mem32[_TIMER2] & ~_START_WAIT & 0xFFFFFFFF | _LONGER_START
    machine.mem32[_POWER] |= _FORCE_ON
