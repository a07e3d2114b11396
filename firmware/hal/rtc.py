"""Registers of the ESP32's RTC domain: the coprocessor's timer, memory and pads.

Every register that this firmware touches stands here, or in slow_clock.py. Sources: ESP32
technical reference manual; ESP-IDF soc/esp32: rtc_cntl_reg.h, rtc_io_reg.h.
"""

import machine
import uctypes
from micropython import const

_SLOW_MEMORY = const(0x50000000)  # word 0 of the coprocessor
_STATE0 = const(0x3FF48018)  # RTC_CNTL_STATE0_REG
_ULP_TIMER_ON = const(1 << 24)  # ULP_CP_SLP_TIMER_EN
_TIMER2 = const(0x3FF48020)  # RTC_CNTL_TIMER2_REG
_START_WAIT = const(0x1FF << 15)  # ULPCP_TOUCH_START_WAIT
_LONGER_START = const(0x20 << 15)  # twice its default; esp-idf#8048, boarchuz/HULP
_POWER = const(0x3FF48080)  # RTC_CNTL_PWC_REG
_FORCE_ON = const(1 << 19 | 1 << 5)  # FORCE_PU, FORCE_NOISO of the RTC peripherals
_ENABLE_OFF = const(0x3FF48414)  # RTC_GPIO_ENABLE_W1TC_REG
_INPUT = const(0x3FF48424)  # RTC_GPIO_IN_REG
_FIRST_PIN = const(14)  # bit of RTC GPIO 0 in the two before


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
