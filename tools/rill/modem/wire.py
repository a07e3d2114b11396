"""The modem's TXD: bytes with the time at which the host can read them."""

from collections import deque
from random import Random

HOST_BUFFER_BYTES = 1024  # as firmware/hal/serial.py asks for; what finds it full is lost
_BITS = 10  # 8N1
_LF = 10
_LONG_PAUSES = 0.05


class Wire:
    """baud: of the modem; host_baud: of the other end. Where they differ, garbage arrives.

    pieces: how often a line is interrupted for a moment, each a chance per byte.
    """

    def __init__(self, baud: int, random: Random, *, pieces: float = 0.01):
        self.baud = self.host_baud = baud
        self.host_buffer = HOST_BUFFER_BYTES
        self.overrun_bytes = 0
        self._random = random
        self._pieces = pieces
        self._free_us = 0
        self._coming: deque[tuple[int, int]] = deque()
        self._there: deque[int] = deque()
        self.dozes = self.lost_bytes = 0  # of the host, and what was said meanwhile
        self._is_deaf = self._is_broken = False

    def byte_us(self, count: int = 1) -> int:
        """How long so many bytes take."""
        return count * _BITS * 1_000_000 // self.baud

    def say(self, data: bytes, now_us: int) -> None:
        """Queue bytes behind what is still on its way."""
        at_us = max(self._free_us, now_us)
        garbled = self.baud != self.host_baud
        for byte in data:
            at_us += self.byte_us()
            if self._random.random() < self._pieces:
                longest_ms = 400 if self._random.random() < _LONG_PAUSES else 40
                at_us += self._random.randrange(1_000, longest_ms * 1000)
            self._coming.append((at_us, self._random.randrange(256) if garbled else byte))
        self._free_us = at_us

    def becomes(self, baud: int) -> None:
        """Another speed from now on."""
        self.baud = baud

    def deaf(self, is_deaf: bool, now_us: int) -> None:
        """The host's UART has no clock, or has one again, perhaps in the middle of a line."""
        self._arrive(now_us)
        self.dozes += is_deaf and not self._is_deaf
        self._is_deaf = is_deaf
        if self._is_broken and self._coming:
            at_us, _ = self._coming.popleft()
            self._coming.appendleft((at_us, self._random.randrange(256)))
        self._is_broken = False

    def cut(self, now_us: int) -> None:
        """The power is gone: what is not there yet never comes."""
        self._arrive(now_us)
        self._coming.clear()
        self._free_us = now_us

    def free_us(self) -> int:
        """When all that was said has arrived."""
        return self._free_us

    def any(self, now_us: int) -> int:
        self._arrive(now_us)
        return len(self._there)

    def read(self, size: int, now_us: int) -> bytes:
        self._arrive(now_us)
        return bytes(self._there.popleft() for _ in range(min(size, len(self._there))))

    def _arrive(self, now_us: int) -> None:
        while self._coming and self._coming[0][0] <= now_us:
            _, byte = self._coming.popleft()
            if self._is_deaf:
                self.lost_bytes += 1
                self._is_broken = byte != _LF
            elif len(self._there) < self.host_buffer:
                self._there.append(byte)
            else:
                self.overrun_bytes += 1
