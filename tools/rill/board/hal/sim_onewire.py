from border import WIRE_READ, WIRE_RESET, WIRE_WRITE, border


class OneWire:
    def __init__(self, pin):
        self._pin = pin

    def reset(self):
        return border.call(WIRE_RESET, self._pin) == 1

    def write(self, data):
        border.call(WIRE_WRITE, self._pin, bytes(data))

    def readinto(self, buffer):
        buffer[:] = border.call_bytes(WIRE_READ, self._pin << 8 | len(buffer))
