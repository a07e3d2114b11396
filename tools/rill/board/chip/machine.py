"""The machine module of an ESP32 as far as firmware/hal uses it; stricter than a chip."""

import struct

from border import (
    ADC_UV,
    CAUSE,
    DEEP_SLEEP_MS,
    FEED,
    LINE_GET,
    LINE_HOLD,
    LINE_SET,
    PCNT_READ,
    PCNT_START,
    PCNT_STOP,
    PEEK,
    PIN_DIGITAL,
    POKE,
    RESET,
    RESTART,
    RTC_SET,
    UART_ANY,
    UART_OPEN,
    UART_READ,
    UART_WRITE,
    WATCHDOG_MS,
    border,
)

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5

_RESTARTED = 6
_PCNT_UNITS = 8
_PCNT_LIMIT = 32000
_PCNT_FILTER_CYCLES = 1023
_DAYS_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


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


class Counter:
    """PCNT as the module of the ESP32 image has it: one object for each unit.

    With all arguments it begins at zero; with the unit alone it is the running one.
    """

    RISING = 1
    FALLING = 2
    UP = 1
    DOWN = 2

    _units = {}

    def __new__(cls, unit, *_args, **_settings):
        if unit not in cls._units:
            if not 0 <= unit < _PCNT_UNITS:
                raise ValueError("id")
            cls._units[unit] = object.__new__(cls)
        return cls._units[unit]

    def __init__(self, unit, *args, filter_ns=0, **settings):
        self._unit = unit
        if args or settings or not hasattr(self, "_overflows"):
            cycles = min(max(0, filter_ns * 80 // 1000), _PCNT_FILTER_CYCLES)
            self._begin(cycles, *args, **settings)

    def _begin(self, filter_cycles, src, edge=RISING, direction=UP):
        if not isinstance(src, Pin):
            raise TypeError("expecting a pin")
        if direction != Counter.UP or not 1 <= edge <= 3:
            raise ValueError("this board counts rising and falling edges, upwards")
        setup = struct.pack("<BBH", src.number, edge, filter_cycles)
        border.call(PCNT_START, self._unit, setup)
        self._overflows = self._offset = 0

    def init(self, *args, **settings):
        self.__init__(self._unit, *args, **settings)

    def value(self, new=None):
        if not hasattr(self, "_overflows"):
            raise RuntimeError("not initialised")
        answer = border.call(PCNT_READ, self._unit)
        self._overflows += answer >> 16  # the interrupts that were waiting
        register = answer & 0xFFFF
        old = self._overflows * _PCNT_LIMIT + register + self._offset
        if new is not None:
            self._overflows = 0
            self._offset = new - register
        return old

    def deinit(self):
        if hasattr(self, "_overflows"):
            border.call(PCNT_STOP, self._unit)
            del self._overflows


class UART:
    IRQ_RXIDLE = 0x1000

    def __init__(self, unit, baudrate, tx, rx, timeout, rxbuf):
        if not (0 <= timeout < 65536 and 0 < rxbuf < 65536):
            raise ValueError("timeout and rxbuf are 16 bits wide")
        self.unit = unit
        self.timeout_ms = timeout  # network.PPP looks at it
        self.handler = (
            None  # of the idle interrupt; while PPP has it, nobody else may read or write
        )
        self.init(baudrate=baudrate)

    def init(self, *, baudrate):
        border.call(UART_OPEN, self.unit << 32 | baudrate)

    def deinit(self):
        border.cross()

    def irq(self, handler, trigger=0):
        if handler and trigger != UART.IRQ_RXIDLE:
            raise ValueError("this board interrupts when the line falls idle")
        self.handler = handler

    def readinto(self, buffer):
        self._check()
        data = border.call_bytes(UART_READ, self.unit << 16 | len(buffer))
        buffer[: len(data)] = data
        return len(data) or None

    def write(self, data):
        self._check()
        border.call(UART_WRITE, self.unit, data)
        return len(data)

    def any(self):
        self._check()
        return border.call(UART_ANY, self.unit)

    def _check(self):
        if self.handler:
            raise AssertionError("the UART belongs to PPP")


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
