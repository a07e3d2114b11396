"""A Stream that speaks TLS over any Stream of a link.

What opens it is in handshake.py, and not in memory any more when it is used.

mbedTLS writes a flight of it in up to three pieces and reads a record in two; here a flight is one
write and so one radio burst, and a read takes what has come. Behind the handshake a message of up
to 4 kB is one record, which goes out as it is.
"""

import errno
import io

from micropython import const

from firmware.core.errors import UplinkError

_READ_BYTES = const(512)
_ANSWER_BYTES = const(128)  # the same behind the handshake: an acknowledgement has 33
_FLIGHT_BYTES = const(6144)


class TlsStream:
    def __init__(self, stream, clock):
        self._records = _Records(stream, clock)
        self._stream = stream
        self._tls = None

    def shake_hands(self, context, host, timeout_ms):
        self._records.allow_ms(timeout_ms)
        self._tls = self._guarded(lambda: context.wrap_socket(self._records, server_hostname=host))
        self._records.is_shaken = True

    def recv(self, n, timeout_ms):
        records = self._records
        records.allow_ms(timeout_ms)
        first = None
        while first is None:  # a record may hold no data
            first = self._read(1)
        if not first or n == 1:
            return first
        records.waits = False  # read() would wait for all n
        try:
            return first + (self._read(n - 1) or b"")
        finally:
            records.waits = True

    def sendall(self, data, timeout_ms, is_last=False):
        self._records.allow_ms(timeout_ms)
        self._records.is_last = is_last
        self._guarded(lambda: self._tls.write(data))

    def close(self):
        try:
            if self._tls:
                self._tls.close()
        finally:
            self._stream.close()

    def _read(self, n):
        try:
            return self._guarded(lambda: self._tls.read(n))
        except OSError as error:
            if error.errno == errno.ECONNRESET and self._records.has_ended:
                return b""
            raise

    def _guarded(self, act):
        """act() of mbedTLS; what went wrong below it is raised as it was there."""
        records = self._records
        records.failure = None
        try:
            result = act()
        except (OSError, ValueError) as error:
            if not records.failure:
                from firmware.uplink.disbelief import reason

                raise reason(records, error)
            result = None
        if records.failure:
            raise records.failure
        return result


class _Records(io.IOBase):
    """What mbedTLS takes for a socket. Its reads wait until the deadline of allow_ms().

    What fails is kept and told mbedTLS by a number: an exception through its C code would leave
    that half way. After the handshake "later" is the number: then it could go on after a timeout.
    """

    def __init__(self, stream, clock):
        self._stream = stream
        self._clock = clock
        self._began_ms = 0
        self._timeout_ms = 0
        self._out = bytearray()
        self._in = b""
        self._taken = 0
        self.failure = None
        self.has_ended = False
        self.is_shaken = self.is_last = False
        self.waits = True

    def allow_ms(self, timeout_ms):
        self._began_ms = self._clock.ticks_ms()
        self._timeout_ms = timeout_ms

    def flush(self):
        if self._out:
            out, self._out = self._out, bytearray()
            self._stream.sendall(out, self._left_ms())

    def _left_ms(self):
        left_ms = self._timeout_ms - self._clock.elapsed_ms(self._began_ms)
        if left_ms <= 0:
            raise OSError(errno.ETIMEDOUT)
        return left_ms

    # What mbedTLS calls.

    def readinto(self, buffer):
        if self._taken == len(self._in):
            if not self.waits:
                return None
            try:
                self.flush()
                most_bytes = _ANSWER_BYTES if self.is_shaken else _READ_BYTES
                self._in = self._stream.recv(most_bytes, self._left_ms())
            except (OSError, MemoryError, UplinkError) as error:
                return self._failed(error)
            self._taken = 0
            self.has_ended = not self._in
        piece = memoryview(self._in)[self._taken : self._taken + len(buffer)]
        buffer[: len(piece)] = piece
        self._taken += len(piece)
        return len(piece)

    def write(self, data):
        try:
            if self.is_shaken:
                self._stream.sendall(data, self._left_ms(), self.is_last)
                return len(data)
            if len(self._out) + len(data) > _FLIGHT_BYTES:
                self.flush()
            self._out += data
        except (OSError, MemoryError, UplinkError) as error:
            return self._failed(error)
        return len(data)

    def ioctl(self, _request, _argument):
        return 0

    def _failed(self, error):
        self.failure = error
        return None if self.is_shaken else -errno.EIO
