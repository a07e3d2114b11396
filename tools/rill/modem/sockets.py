"""The TCP sockets of a modem: real ones to where the peer really is, on virtual time."""

import contextlib
import select
import socket

_CONNECT_S = 5.0
_REAL_WAIT_S = 2.0  # once for each send: what has not come then, does not
_COMPANION_S = 0.02  # what comes with an answer, comes as soon
_CHUNK_BYTES = 4096


class Connection:
    """One socket of the modem. received: unread by the host; is_closed: by the other side.

    pending: what the real peer sent, until its time on the air has passed.
    """

    def __init__(self, number: int, host: str, port: int, real: socket.socket, now_us: int):
        self.number, self.host, self.port = number, host, port
        self.received = bytearray()
        self.is_told = False  # of unread bytes, to the host
        self.is_push = self.is_closed = self.is_lost = False
        self.bytes_up = self.bytes_down = self.bursts = 0
        self.opened_us = now_us
        self.sent = 0  # since the connection was opened, for acknowledgements
        self._real = real
        self._answer_us = 0
        self._is_awaiting = self._is_answered = False

    @classmethod
    def open(cls, number: int, host: str, port: int, address: tuple[str, int], now_us: int):
        """A connected one, or None."""
        try:
            real = socket.create_connection(address, _CONNECT_S)
        except (OSError, OverflowError):
            return None
        real.setblocking(False)
        with contextlib.suppress(OSError):
            real.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(number, host, port, real, now_us)

    def send(self, data: bytes, now_us: int, rtt_us: int) -> bool:
        """Whether this begins a burst: it is the first since something was received."""
        begins = not self.bursts or self._is_answered
        self.bursts += begins
        self._is_answered = False
        self.bytes_up += len(data)
        self.sent += len(data)
        if self.is_lost or self.is_closed:
            return begins
        self._answer_us = now_us + rtt_us
        self._is_awaiting = True
        try:
            self._real.setblocking(True)
            self._real.settimeout(_CONNECT_S)
            self._real.sendall(data)
        except OSError:
            pass  # reading finds out what it is
        finally:
            self._real.setblocking(False)
        return begins

    def poll(self, now_us: int) -> bytes | None:
        """What the other side sent by now: b"" nothing, None: it has closed.

        Once for each send, when the answer is due, it is really waited for.
        """
        if self.is_closed or now_us < self._answer_us:
            return b""
        wait_s = 0.0
        if self._is_awaiting and not self.is_lost:
            self._is_awaiting = False
            wait_s = _REAL_WAIT_S
        data = bytearray()
        while select.select([self._real], (), (), wait_s)[0]:
            piece = self._receive()
            if not piece:
                if data:
                    break  # the close comes with the next poll
                return None
            data += piece
            wait_s = _COMPANION_S if wait_s else 0.0
        if self.is_lost:
            return b""
        return bytes(data)

    def counts(self, data: bytes) -> None:
        """They have come over the air."""
        self._is_answered = True
        self._is_awaiting = False
        self.bytes_down += len(data)

    def close(self, *, reset: bool = False) -> None:
        self.is_closed = True
        with contextlib.suppress(OSError):
            if reset:
                linger = b"\1\0\0\0\0\0\0\0"
                self._real.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self._real.close()

    def account(self, now_us: int) -> tuple[int, int, int, float]:
        seconds = round((now_us - self.opened_us) / 1e6, 1)
        return self.bytes_up, self.bytes_down, self.bursts, seconds

    def _receive(self) -> bytes:
        try:
            return self._real.recv(_CHUNK_BYTES)
        except BlockingIOError:
            return b""
        except OSError:
            return b""
