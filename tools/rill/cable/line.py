"""The end of a serial cable: a pseudo-terminal with the speed and the manners of a UART."""

import os
import select
import time
import tty
from random import Random

_BITS_OF_BYTE = 10
_MOST_WAITING = 1 << 16  # bytes that nobody reads: the oldest are lost
_CHUNK_BYTES = 4096
_ENOUGH = 1024  # bytes that wait for the line: whoever prints more has to wait, as at a UART ...
_PATIENCE_S = 0.5  # ... but not for a reader that is not there
_BURST_S = 0.01  # of bytes at line speed that may go at once: a timer is no UART


class Line:
    """Bytes to and from whoever opens `path`; all is dropped while nobody has, the oldest while
    nobody reads.

    baud: None, as fast as it goes. pieces: None, or chance, which cuts what is sent into pieces
    of 1 to 16 bytes.
    """

    def __init__(self, baud: int | None = None, pieces: Random | None = None):
        self._bytes_s = baud / _BITS_OF_BYTE if baud else None
        self._pieces = pieces
        self._out = bytearray()
        self._in = bytearray()
        self._may_send_s = self._may_take_s = time.monotonic()
        self._stuck_s: float | None = None  # since when nobody has read anything
        self._plug()

    def _plug(self) -> None:
        self.fd, theirs = os.openpty()
        tty.setraw(theirs)
        os.set_blocking(self.fd, False)
        self.path = os.ttyname(theirs)
        os.close(theirs)  # so that it is seen whether somebody else has it open

    def is_open(self) -> bool:
        """True while somebody has it open at the other end."""
        poll = select.poll()
        poll.register(self.fd, 0)
        return not any(event & select.POLLHUP for _, event in poll.poll(0))

    def send(self, data: bytes) -> None:
        self._out += data
        del self._out[:-_MOST_WAITING]

    def takes_more(self) -> bool:
        """False while what was sent last waits for the line's speed, or for who reads slowly."""
        is_alone = self._stuck_s is not None and time.monotonic() > self._stuck_s + _PATIENCE_S
        return is_alone or len(self._out) < _ENOUGH

    def step(self) -> None:
        """Write what may go now, and read what has come."""
        if not self.is_open():
            self._out.clear()
            self._in.clear()
            return
        self._write()
        self._read()

    def take(self) -> bytes:
        """What has come over the line, at its speed."""
        size = self._allowed(len(self._in), self._may_take_s)
        data = bytes(self._in[:size])
        del self._in[:size]
        self._may_take_s = self._later(self._may_take_s, size)
        return data

    def is_waiting(self) -> bool:
        """True while bytes wait for the line's speed, or for somebody to read them."""
        return bool(self._out or self._in)

    def unplug(self) -> None:
        """The other end gets an error, and the port another name when it is plugged in again."""
        os.close(self.fd)
        self._out.clear()
        self._in.clear()
        self._plug()

    def close(self) -> None:
        os.close(self.fd)

    def _write(self) -> None:
        while size := self._allowed(len(self._out), self._may_send_s):
            if self._pieces:
                size = min(size, self._pieces.randint(1, 16))
            try:
                sent = os.write(self.fd, self._out[:size])
            except (BlockingIOError, OSError):  # full, or closed just now
                self._stuck_s = self._stuck_s or time.monotonic()
                return
            self._stuck_s = None
            del self._out[:sent]
            self._may_send_s = self._later(self._may_send_s, sent)
            if self._pieces:
                return

    def _read(self) -> None:
        if len(self._in) >= _CHUNK_BYTES:
            return  # the host's driver waits
        try:
            self._in += os.read(self.fd, _CHUNK_BYTES)
        except (BlockingIOError, OSError):
            return

    def _allowed(self, size: int, not_before_s: float) -> int:
        if self._bytes_s is None:
            return size
        ahead_s = time.monotonic() + _BURST_S - not_before_s
        return min(size, max(0, int(ahead_s * self._bytes_s)))

    def _later(self, not_before_s: float, size: int) -> float:
        if self._bytes_s is None:
            return not_before_s
        return max(not_before_s, time.monotonic()) + size / self._bytes_s
