from border import UART_ANY, UART_OPEN, UART_READ, UART_WRITE, border


class Serial:
    def __init__(self, unit, baudrate, tx, rx):
        self._unit = unit
        self._baudrate = baudrate
        border.call(UART_OPEN, unit << 32 | baudrate)

    @property
    def uart(self):
        import machine  # for PPP

        return machine.UART(self._unit, self._baudrate, tx=None, rx=None, timeout=0, rxbuf=2048)

    def readinto(self, buffer):
        data = border.call_bytes(UART_READ, self._unit << 16 | len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def write(self, data):
        border.call(UART_WRITE, self._unit, data)  # no copy: the memory is the meter's

    def any(self):
        return border.call(UART_ANY, self._unit)
