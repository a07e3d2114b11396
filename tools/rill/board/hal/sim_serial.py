from border import UART_ANY, UART_READ, UART_WRITE, border


class Serial:
    def __init__(self, unit, baudrate, tx, rx):
        self._unit = unit

    def readinto(self, buffer):
        data = border.call_bytes(UART_READ, len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def write(self, data):
        border.call(UART_WRITE, 0, bytes(data))

    def any(self):
        return border.call(UART_ANY)
