"""The UART of machine.py."""

from border import UART_ANY, UART_OPEN, UART_READ, UART_WRITE, border


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

    def flush(self):
        self._check()
        border.cross()

    def any(self):
        self._check()
        return border.call(UART_ANY, self.unit)

    def _check(self):
        if self.handler:
            raise AssertionError("the UART belongs to PPP")
