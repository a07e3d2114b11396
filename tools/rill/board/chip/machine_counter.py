"""The Counter of machine.py."""

import struct

from border import PCNT_READ, PCNT_START, PCNT_STOP, border
from machine import Pin

_PCNT_UNITS = 8
_PCNT_LIMIT = 32000
_PCNT_FILTER_CYCLES = 1023


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
