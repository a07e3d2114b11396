"""The machine module of an ESP32 as far as firmware/hal uses it; stricter than a chip."""

from border import (
    ADC_UV,
    CAUSE,
    DEEP_SLEEP_MS,
    FEED,
    LINE_GET,
    LINE_HOLD,
    LINE_SET,
    PEEK,
    PIN_DIGITAL,
    PIN_PULL,
    POKE,
    RESET,
    RESTART,
    RTC_SET,
    SLEEP_US,
    UARTS_DEAF,
    WATCHDOG_MS,
    border,
)

# What most runs have no use for comes when it is asked for: on a chip it takes no heap.
OTHERS = {"Counter", "UART", "Timer"}

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5

_RESTARTED = 6
_STORE1 = 0x3FF48050  # the calibration: ESP-IDF makes a worse one for each light sleep
_DAYS_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


def __getattr__(name):
    if name not in OTHERS:
        raise AttributeError(name)
    globals()[name] = getattr(__import__("machine_" + name.lower()), name)
    return globals()[name]


def reset_cause():
    resets = (PWRON_RESET, HARD_RESET, WDT_RESET)
    cause = border.call(CAUSE)
    if cause == _RESTARTED:
        return SOFT_RESET
    return resets[cause] if cause < len(resets) else DEEPSLEEP_RESET


def wake_reason():
    return (0, 0, 0, 4, 3, 6, 0)[border.call(CAUSE)]


def deepsleep(ms):
    border.never_return(DEEP_SLEEP_MS, ms)


def lightsleep(ms):
    if ms < 1:
        raise ValueError("without a time nothing wakes it")
    border.call(POKE, _STORE1, (border.call(PEEK, _STORE1) * 999 // 1000).to_bytes(4, "little"))
    border.call(UARTS_DEAF, 1)
    border.call(SLEEP_US, ms * 1000)
    border.call(UARTS_DEAF, 0)


def soft_reset():
    border.never_return(RESTART)


def reset():
    border.never_return(RESET)


def unique_id():
    return b"\x24\x0a\xc4\x00\x00\x01"


class _Memory32:
    def __getitem__(self, address):
        return border.call(PEEK, address) & 0xFFFFFFFF

    def __setitem__(self, address, value):
        border.call(POKE, address, value.to_bytes(4, "little"))


mem32 = _Memory32()


class Pin:
    IN = 1
    OUT = 3
    PULL_UP = 2

    def __init__(self, number, mode=None, pull=-1, *, value=None, hold=None):
        self.number = number
        if mode == Pin.OUT and number >= 34:
            raise ValueError("pin can only be input")
        if mode is not None:
            border.call(PIN_DIGITAL, number)
        if pull != -1:
            border.call(PIN_PULL, number << 1 | (pull == Pin.PULL_UP))
        if value is not None:
            self.value(value)
        if hold is not None:
            self.init(hold=hold)

    def init(self, *, hold):
        border.call(LINE_HOLD, self.number << 1 | hold)

    def value(self, level=None):
        if level is None:
            return border.call(LINE_GET, self.number)
        border.call(LINE_SET, self.number << 1 | (1 if level else 0))


class ADC:
    ATTN_11DB = 3

    def __init__(self, pin, atten=0):
        if atten != ADC.ATTN_11DB:
            raise ValueError("the divider needs the widest range")
        self._pin = pin.number

    def read_uv(self):
        return border.call(ADC_UV, self._pin)


class RTC:
    def memory(self, data=None):
        if data is None:
            return border.retained_read()
        border.retained_write(data)

    def datetime(self, when):
        year, month, day, _, hour, minute, second, _ = when
        days = (year - 2000) * 365 + (year - 1997) // 4 + _DAYS_BEFORE[month - 1] + day - 1
        if month > 2 and year % 4 == 0:
            days += 1
        border.call(RTC_SET, ((days * 24 + hour) * 60 + minute) * 60 + second)


class WDT:
    def __init__(self, timeout):
        border.call(WATCHDOG_MS, timeout)

    def feed(self):
        border.call(FEED)
