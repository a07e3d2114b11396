"""A UART that never makes the caller wait."""

import machine
from micropython import const

# A flash erase stalls Python for up to 45 ms: 520 bytes at 115200 baud must fit meanwhile.
# A modem that pushes 512 bytes in hex, with news around them, must as well.
_RX_BUFFER_BYTES = const(2048)


class Serial:
    def __init__(self, unit, baudrate, tx, rx):
        self.uart = machine.UART(
            unit,
            baudrate,
            tx=machine.Pin(tx),
            rx=machine.Pin(rx),
            timeout=0,
            rxbuf=_RX_BUFFER_BYTES,
        )

    def readinto(self, buffer):
        return self.uart.readinto(buffer) or 0  # None means that nothing came

    def write(self, data):
        sent = 0
        view = memoryview(data)
        while sent < len(view):
            sent += self.uart.write(view[sent:]) or 0

    def any(self):
        return self.uart.any()
