"""Real sockets on virtual time: time stands still while bytes are awaited.

When nothing has come for two real seconds, nothing will: the clock jumps to the deadline. What is
awaited for less than five seconds is no answer, but what may have come by itself: it is here, or
20 real milliseconds later.
"""

import errno
import select

import usocket
from border import SLEEP_US, border

_BROKER = "10.64.0.1"  # in the network behind the simulated modems
SOCK_STREAM = usocket.SOCK_STREAM
_REAL_WAIT_MS = 2000
_ANSWER_MS = 5000
_REAL_LOOK_MS = 20


def getaddrinfo(host, port, family=0, kind=0):
    border.cross()
    if host == _BROKER:
        host = "127.0.0.1"
    return usocket.getaddrinfo(host, port, family, kind)


class socket:
    def __init__(self):
        self._sock = usocket.socket()
        self._timeout_ms = 0

    def settimeout(self, seconds):
        self._timeout_ms = int(seconds * 1000)

    def connect(self, address):
        border.cross()
        self._sock.connect(address)

    def recv(self, n):
        border.cross()
        self._await(select.POLLIN)
        return self._sock.recv(n)

    def send(self, data):
        border.cross()
        self._await(select.POLLOUT)
        return self._sock.send(data)

    def close(self):
        border.cross()
        self._sock.close()

    def _await(self, event):
        poll = select.poll()
        poll.register(self._sock, event)
        wait_ms = _REAL_WAIT_MS if self._timeout_ms >= _ANSWER_MS else _REAL_LOOK_MS
        if not poll.poll(min(wait_ms, self._timeout_ms)):
            border.call(SLEEP_US, self._timeout_ms * 1000)
            raise OSError(errno.ETIMEDOUT)
