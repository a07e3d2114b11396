"""A Modbus RTU bus with this meter as its master: RS-485, one question at a time.

An answer carries nothing that says which question it answers. So one that comes too late must
never be taken for the next one's: after a silence the bus is left alone as long again, and
whatever has come meanwhile is thrown away.
"""

from micropython import const

from firmware.core import modbus
from firmware.core.errors import ProbeError

_LOOK_MS = const(2)
_GAP_MS = const(4)  # of silence between frames: 3.5 characters, 4 ms at 9600 baud
_TRIES = const(2)


class ModbusBus:
    """serial: a Serial port. direction: the Line of the transceiver's driver, None: it does that
    itself.
    """

    def __init__(self, *, serial, clock, baudrate, direction=None):
        self._serial = serial
        self._clock = clock
        self._direction = direction
        self._byte_us = 11_000_000 // baudrate  # start, eight bits, parity or second stop, stop
        self._late_ms = 0

    def read(self, unit, function, address, count, timeout_ms):
        """Registers of a unit; ProbeError after two tries, each of timeout_ms at the most."""
        question = modbus.request(unit, function, address, count)
        fault = None
        for _ in range(_TRIES):
            self._quiet()
            self._send(question)
            frame = self._receive(question, modbus.answer_bytes(count), timeout_ms)
            try:
                return modbus.registers(frame, unit, function, count)
            except ProbeError as error:
                fault = error
                self._late_ms = timeout_ms
        raise ProbeError("unit %d, register %d: %s" % (unit, address, fault))

    def _quiet(self):
        """Wait for what may come late, and forget it."""
        self._clock.sleep_ms(self._late_ms + _GAP_MS)
        self._late_ms = 0
        rest = bytearray(32)
        while self._serial.readinto(rest):
            pass

    def _send(self, question):
        if self._direction:
            self._direction.on()
        try:
            self._serial.write(question)
            # Queued is not sent: the driver has to stay on until the last bit is out.
            self._clock.sleep_ms(len(question) * self._byte_us // 1000 + 1)
        finally:
            if self._direction:
                self._direction.off()

    def _receive(self, question, size, timeout_ms):
        """What has come of an answer, without the echo that some transceivers give."""
        buffer, part = bytearray(), bytearray(32)
        began = self._clock.ticks_ms()
        while self._clock.elapsed_ms(began) < timeout_ms:
            got = self._serial.readinto(part)
            if not got:
                self._clock.sleep_ms(_LOOK_MS)
                continue
            buffer += part[:got]
            if len(buffer) >= len(question) and buffer[: len(question)] == question:
                buffer = buffer[len(question) :]
            if len(buffer) >= size or _is_exception(buffer):
                break
        return bytes(buffer[:size])


def _is_exception(buffer):
    return len(buffer) == modbus.EXCEPTION_BYTES and buffer[1] & 0x80
