"""The socket that umqtt gets: a deadline on every read, one write per packet.

umqtt.simple sends a packet in up to twelve pieces and waits for ever; over a radio each
piece may become a burst of its own, and a lost answer an empty cell.
"""

import errno

from micropython import const

from firmware.core import fault
from firmware.core.errors import UplinkError

# umqtt believes any length that the other side announces, and listens as long as it talks.
_MOST_BYTES = const(4096)
_CONNACK = const(b"\x20\x02\x00\x00")
_RESUMED = const(b"\x20\x02\x01\x00")


class DeadlineSocket:
    """Writes are kept until the next read, flush() or close().

    trusts: the CONNACK is taken for granted until the answer behind it is read, so that CONNECT
    and what follows it are one burst (MQTT 3.1.1, 3.1.4: a client need not wait for it).
    """

    def __init__(self, *, connect, clock, buffer_bytes, trusts=False):
        self._connect = connect
        self._clock = clock
        self._stream = None
        self._buffer = bytearray(buffer_bytes)
        self._used = 0
        self._began_ms = 0
        self._deadline_ms = 0
        self._readable_bytes = 0
        self._trusts = trusts
        self._owes = False  # a CONNACK
        self.is_resumed = False  # that CONNACK knew a session of before

    def allow_ms(self, deadline_ms):
        """From now on everything together may take deadline_ms, then OSError(ETIMEDOUT).

        And 4096 bytes may be read, then OSError(EINVAL).
        """
        self.allow_bytes()
        self._began_ms = self._clock.ticks_ms()
        self._deadline_ms = deadline_ms

    def allow_bytes(self):
        """From now on 4096 bytes more."""
        self._readable_bytes = _MOST_BYTES

    def check(self, n):
        """OSError(EINVAL) when so many bytes are more than may be read."""
        if n > self._readable_bytes:
            raise OSError(errno.EINVAL, "%d bytes announced" % n)

    def _left_ms(self):
        left_ms = self._deadline_ms - self._clock.elapsed_ms(self._began_ms)
        if left_ms <= 0:
            raise OSError(errno.ETIMEDOUT)
        return left_ms

    # What umqtt calls.

    def connect(self, address):
        host, port = address
        self._stream = self._connect(host, port, self._left_ms())

    def settimeout(self, _timeout_s):
        """The deadline is set by allow_ms(); umqtt's own idea of it is not used."""

    def setblocking(self, _blocking):
        """wait_msg() calls this before each packet and would so drop any timeout."""

    def write(self, data, length=None):
        view = memoryview(data)[:length] if length is not None else memoryview(data)
        if len(view) > len(self._buffer) - self._used:
            self.flush()
        if len(view) > len(self._buffer):
            self._stream.sendall(view, self._left_ms())
        else:
            self._buffer[self._used : self._used + len(view)] = view
            self._used += len(view)
        return len(view)

    def flush(self):
        if self._used:
            left_ms = self._left_ms()  # when it is up, what is kept may still go out
            used, self._used = self._used, 0
            self._stream.sendall(memoryview(self._buffer)[:used], left_ms)

    def send_last(self):
        """Flush what ends the session: nothing is awaited behind it."""
        used, self._used = self._used, 0
        self._stream.sendall(memoryview(self._buffer)[:used], self._left_ms(), True)

    def settle(self):
        """Read the CONNACK that was taken for granted."""
        if self._owes:
            self._owes = False
            answer = self.read(len(_CONNACK))
            self.is_resumed = answer == _RESUMED
            if not self.is_resumed and answer != _CONNACK:
                if len(answer) == len(_CONNACK) and answer[0] == _CONNACK[0]:
                    raise UplinkError("the broker refuses", fault.BROKER, answer[3])
                raise OSError(errno.ECONNRESET, "no CONNACK")

    def read(self, n):
        """Exactly n bytes; b"" when the other side closed before the first of them."""
        if self._trusts:
            self._trusts, self._owes = False, True
            return _CONNACK
        self.settle()
        self.flush()
        self.check(n)
        self._readable_bytes -= max(n, 0)
        data = b""
        while len(data) < n:
            more = self._stream.recv(n - len(data), self._left_ms())
            if not more:
                if data:
                    raise OSError(errno.ECONNRESET)
                break
            data += more
        return data

    def close(self):
        if self._stream:
            stream, self._stream = self._stream, None
            self._used = 0
            stream.close()
