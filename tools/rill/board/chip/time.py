"""time as on the ESP32: virtual, epoch 2000, integer seconds, ticks that wrap at 2**30."""

import utime
from border import NOW_US, RTC_GET, SLEEP_US, border

_PERIOD = 1 << 30
_HALF = 1 << 29
_UNIX_TO_2000_S = 946684800


def ticks_us():
    return border.call(NOW_US) & (_PERIOD - 1)


def ticks_ms():
    return border.call(NOW_US) // 1000 & (_PERIOD - 1)


def ticks_add(ticks, delta):
    return (ticks + delta) & (_PERIOD - 1)


def ticks_diff(end, start):
    return ((end - start + _HALF) & (_PERIOD - 1)) - _HALF


def sleep_us(n):
    border.call(SLEEP_US, n)


def sleep_ms(n):
    border.call(SLEEP_US, n * 1000)


def sleep(seconds):
    border.call(SLEEP_US, int(seconds * 1000000))


def time():
    return border.call(RTC_GET)


def gmtime(seconds=None):
    if seconds is None:
        seconds = time()
    return utime.gmtime(seconds + _UNIX_TO_2000_S)[:8]
