"""Streams over the chip's own TCP/IP: what Wi-Fi and PPP have in common once they are up."""

import errno
import socket
import time

import ntptime
from micropython import const

_POLL_MS = const(100)
_UNIX_TO_2000_S = const(946684800)  # the image counts seconds from 2000-01-01


class SocketLink:
    is_careful = True  # the way of Wi-Fi: a round trip costs nothing

    def connect(self, host, port, timeout_ms):
        address = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0][-1]
        sock = socket.socket()
        try:
            sock.settimeout(timeout_ms / 1000)
            sock.connect(address)
        except OSError:
            sock.close()
            raise
        return Stream(sock)

    def network_time_s(self):
        try:
            return ntptime.time() + _UNIX_TO_2000_S
        except ValueError:
            raise OSError(errno.EIO, "an answer too short for a time")


class Stream:
    def __init__(self, sock):
        self._sock = sock

    def recv(self, n, timeout_ms):
        self._sock.settimeout(timeout_ms / 1000)
        return self._sock.recv(n)

    def sendall(self, data, timeout_ms, is_last=False):
        began_ms = time.ticks_ms()
        view = memoryview(data)
        while view:
            left_ms = timeout_ms - time.ticks_diff(time.ticks_ms(), began_ms)
            if left_ms <= 0:
                raise OSError(errno.ETIMEDOUT)
            self._sock.settimeout(left_ms / 1000)
            view = view[self._sock.send(view) :]

    def close(self):
        self._sock.close()


def wait_until(happens, timeout_ms, complaint):
    """Return as soon as happens() is true; OSError(ETIMEDOUT, complaint) after timeout_ms."""
    waited_ms = 0
    while not happens():
        if waited_ms >= timeout_ms:
            raise OSError(errno.ETIMEDOUT, complaint)
        time.sleep_ms(_POLL_MS)
        waited_ms += _POLL_MS
