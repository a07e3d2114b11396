"""A broker's side of a stream as a script, with time that moves by what the script says."""

import errno

CONNACK = b"\x20\x02\x00\x00"


class ScriptedStream:
    """recv() gives `piece_bytes` at a time, each after `wait_ms` of the clock (None: as late
    as the timeout lets it).

    answer: bytes, or a function (number of bytes) -> bytes that never ends. At the end of
    the bytes the peer is silent until the timeout, or has closed.
    """

    def __init__(self, clock, answer=b"", *, closes=False, piece_bytes=64, wait_ms=0):
        self._clock = clock
        self.answer = answer
        self._closes = closes
        self._piece_bytes = piece_bytes
        self._wait_ms = wait_ms
        self.writes = []
        self.closed = 0
        self.received = 0
        self.fails_to_close = False

    def recv(self, n, timeout_ms):
        self._check(timeout_ms)
        n = min(n, self._piece_bytes)
        wait_ms = max(1, timeout_ms - 1) if self._wait_ms is None else self._wait_ms
        if wait_ms >= timeout_ms or not (self.answer or self._closes):
            self._clock.advance(timeout_ms)
            raise OSError(errno.ETIMEDOUT)
        self._clock.advance(wait_ms)
        if callable(self.answer):
            part = self.answer(n)
        else:
            part, self.answer = self.answer[:n], self.answer[n:]
        self.received += len(part)
        return part

    def sendall(self, data, timeout_ms, is_last=False):
        self._check(timeout_ms)
        self.writes.append(bytes(data))

    def close(self):
        self.closed += 1
        if self.fails_to_close:
            raise OSError(errno.EIO)

    def _check(self, timeout_ms):
        if self.closed or timeout_ms <= 0:
            raise AssertionError("used after close() or without a deadline")
