"""A DS18B20, alone on its 1-Wire bus, with three wires.

Its register is checked byte by byte: a bus at ground reads as zeros, whose CRC is right.
"""

from micropython import const

from firmware.core.crc import reflected
from firmware.drivers.powered import powered

_SKIP_ROM = const(0xCC)
_CONVERT = const(0x44)
_READ = const(0xBE)
_POWER_UP_MS = const(10)
_CONVERSION_MS = const(750)  # of 12 bits; copies take theirs at any resolution
_REGISTER_BYTES = const(9)


class Thermometer:
    """bus: an OneWire port. switch: the Line of its supply, None: it always has power."""

    def __init__(self, *, bus, switch, clock):
        self._bus = bus
        self._switch = switch
        self._clock = clock

    def read_centi_c(self):
        """Hundredths of a degree, 8500: nothing was converted, None: no answer that is right."""
        return powered(self._switch, self._clock, _POWER_UP_MS, self._measured)

    def _measured(self):
        # Copies hand back what they knew before: the first conversion is thrown away.
        if self._convert() and self._convert():
            return self._read()
        return None

    def _convert(self):
        if not self._bus.reset():
            return False
        self._bus.write(bytes((_SKIP_ROM, _CONVERT)))
        self._clock.sleep_ms(_CONVERSION_MS)
        return True

    def _read(self):
        if not self._bus.reset():
            return None
        self._bus.write(bytes((_SKIP_ROM, _READ)))
        register = bytearray(_REGISTER_BYTES)
        self._bus.readinto(register)
        if _crc8(register) or not _is_register(register):
            return None
        sixteenths = register[0] | register[1] << 8
        if sixteenths & 0x8000:
            sixteenths -= 0x10000
        return sixteenths * 100 // 16


def _is_register(register):
    """True when the bytes that never change are as the maker wrote them."""
    return register[5] == 0xFF and register[7] == 0x10 and register[4] & 0x1F == 0x1F


def _crc8(data):
    """CRC-8 of Maxim, x^8 + x^5 + x^4 + 1: 0 over data with its CRC behind it."""
    return reflected(data, 0, 0x8C)
