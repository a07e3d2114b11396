"""The onewire module of the image as far as firmware/hal uses it."""

from border import WIRE_READ, WIRE_RESET, WIRE_WRITE, border


class OneWireError(Exception):
    pass


class OneWire:
    def __init__(self, pin):
        self._pin = pin.number

    def reset(self, required=False):
        found = border.call(WIRE_RESET, self._pin) == 1
        if required and not found:
            raise OneWireError
        return found

    def writebyte(self, value):
        border.call(WIRE_WRITE, self._pin, bytes((value,)))

    def readbyte(self):
        return border.call_bytes(WIRE_READ, self._pin << 8 | 1)[0]
