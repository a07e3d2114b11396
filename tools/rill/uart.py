"""What is at the far end of the simulated board's cable: an RS-485 instrument, or an echo."""

import struct

from rill.probes import Probes

_ANSWERS_US = 20_000
_READ = (3, 4)
_ILLEGAL_ADDRESS = 2


class Uart:
    """Bytes with the time at which they can be read."""

    def __init__(self, probes: Probes):
        self._probes = probes
        self._coming: list[tuple[int, int]] = []

    def write(self, data: bytes, now_us: int) -> int:
        answer, at_us = data, now_us
        if self._probes.instrument:
            answer, at_us = self._answer(data, now_us), now_us + _ANSWERS_US
        self._coming += [(at_us, byte) for byte in answer]
        return 0

    def any(self, now_us: int) -> int:
        return sum(at_us <= now_us for at_us, _ in self._coming)

    def read(self, size: int, now_us: int) -> bytes:
        size = min(size, self.any(now_us))
        read = bytes(byte for _, byte in self._coming[:size])
        del self._coming[:size]
        return read

    def _answer(self, question: bytes, now_us: int) -> bytes:
        registers = self._probes.registers(now_us)
        if not registers or len(question) != 8 or crc16(question):
            return b""
        unit, function, address, count = struct.unpack(">BBHH", question[:6])
        wanted = range(address, address + count)
        if function in _READ and all(number in registers for number in wanted):
            words = struct.pack(f">{count}H", *(registers[number] for number in wanted))
            answer = bytes((unit, function, len(words))) + words
        else:
            answer = bytes((unit, function | 0x80, _ILLEGAL_ADDRESS))
        return answer + struct.pack("<H", crc16(answer) ^ self._probes.spoils(now_us))


def crc16(data: bytes) -> int:
    """Of Modbus; 0 over a frame with its own."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc
