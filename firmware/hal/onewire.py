"""A 1-Wire bus, by the module that the image has in it."""

import machine
import onewire


class OneWire:
    def __init__(self, pin):
        self._bus = onewire.OneWire(machine.Pin(pin))

    def reset(self):
        try:
            return bool(self._bus.reset())
        except onewire.OneWireError:
            return False

    def write(self, data):
        for byte in data:
            self._bus.writebyte(byte)

    def readinto(self, buffer):
        for n in range(len(buffer)):
            buffer[n] = self._bus.readbyte()
