"""Time on the ESP32. The image's epoch is 2000-01-01; nobody outside this file has to know."""

import time

from machine import RTC
from micropython import const

from firmware.hal import chip

_EPOCH_2000_S = const(946684800)  # 2000-01-01T00:00:00Z as Unix seconds
_TICKS_MASK = const(0x3FFFFFFF)
_MICROSECOND = const(1 << 19)  # Q13.19


class Clock:
    def ticks_ms(self):
        return time.ticks_ms()

    def ticks_us(self):
        return time.ticks_us()

    def elapsed_ms(self, since):
        # Masked, not ticks_diff: a gap over 2**29 ms must not turn negative.
        return (time.ticks_ms() - since) & _TICKS_MASK

    def sleep_ms(self, n):
        time.sleep_ms(n)

    def slow(self):
        if chip.name() != "ESP32":
            # The slow clock of the others is elsewhere; the image's own time runs on it.
            return int(time.time()) * 1_000_000, _MICROSECOND
        from firmware.hal import slow_clock

        return slow_clock.ticks(), slow_clock.calibration()

    def set_epoch_s(self, epoch_s):
        year, month, day, hour, minute, second, weekday, _ = time.gmtime(epoch_s - _EPOCH_2000_S)
        RTC().datetime((year, month, day, weekday, hour, minute, second, 0))
