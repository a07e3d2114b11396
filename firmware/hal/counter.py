"""The pulse counter of the sleeping ESP32: the ULP program ulp_counter.S in RTC slow memory.

The program goes on through deep sleep and through software and watchdog resets, so it is
loaded only when it is not already there. Nobody ever resets its words.
"""

from time import sleep_us

import esp32
import machine
from micropython import const

from firmware.hal.ulp_program import ENTRY, MAGIC, PROGRAM, PULSE_PIN

_RTC_SLOW = const(0x50000000)
_MAGIC_WORD = const(0)
_COUNT_LO_WORD = const(3)
_COUNT_HI_WORD = const(4)
_POLL_US = const(5000)
_STOPPED_US = const(1000)  # a run that had begun is over
# ULP timer enable, RTC_CNTL_STATE0_REG bit 24 (ESP32 technical reference manual)
_STATE0 = const(0x3FF48018)
_ULP_TIMER_ON = const(1 << 24)
# A run takes at most 220 cycles, 26 us: two equal reads further apart were not torn by a carry.
_LONGER_THAN_A_RUN_US = const(50)


def _half_word(word):
    # The ULP stores its program counter in the upper half of each word.
    return machine.mem32[_RTC_SLOW + 4 * word] & 0xFFFF


class Counter:
    def __init__(self, pin):
        if pin != PULSE_PIN:
            raise ValueError("the ULP program is assembled for pin %d, not %d" % (PULSE_PIN, pin))

    def start(self):
        if _half_word(_MAGIC_WORD) == MAGIC and machine.mem32[_STATE0] & _ULP_TIMER_ON:
            return False
        machine.mem32[_STATE0] &= ~_ULP_TIMER_ON & 0xFFFFFFFF
        sleep_us(_STOPPED_US)
        ulp = esp32.ULP()
        ulp.load_binary(0, PROGRAM)
        ulp.set_wakeup_period(0, _POLL_US)
        machine.mem32[_RTC_SLOW] = MAGIC
        ulp.run(ENTRY)
        return True

    def count(self):
        before = self._read()
        while True:
            sleep_us(_LONGER_THAN_A_RUN_US)
            now = self._read()
            if now == before:
                return now
            before = now

    def _read(self):
        return _half_word(_COUNT_HI_WORD) << 16 | _half_word(_COUNT_LO_WORD)
