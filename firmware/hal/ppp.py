"""The link of modems whose AT sockets are poor: PPP, with the chip's own TCP/IP behind it.

For images from 1.26 on. Received bytes reach PPP by the UART's idle interrupt, whose handler
runs while Python sleeps or waits for a socket, but not while the image looks a name up:
there is no answer then (micropython#18737, open), so the broker is best given as an address.
"""

import errno

import network
from micropython import const

from firmware.hal.sockets import SocketLink, wait_until

_END_MS = const(7_000)  # the closing request is repeated once, after 3 s


class Ppp(SocketLink):
    """uart: a machine.UART made with timeout=0 on which ATD*99# has been answered by CONNECT.

    From up() until down() has returned it belongs to PPP: no AT command, no read. With any
    other timeout each packet received would wait for bytes that never come.
    """

    def __init__(self, uart):
        self._uart = uart
        self._ppp = None  # a new one for each connection: none can be used twice

    def up(self, timeout_ms):
        if self._ppp is not None:
            # Its end, whenever it comes, takes the UART's interrupt from any other.
            raise OSError(errno.EALREADY, "the last PPP connection has not ended")
        self._ppp = network.PPP(self._uart)
        self._ppp.active(True)
        self._ppp.connect()
        wait_until(self._ppp.isconnected, timeout_ms, "PPP not connected")

    def down(self):
        """Return with the UART free for AT commands. OSError: only without power will it be.

        active(False) may never return when the other side does not answer, so it is called only
        after that side has agreed to the end.
        """
        if self._ppp is None:
            return
        if not self._ppp.isconnected():
            raise OSError(errno.ENOTCONN, "PPP without an answer: switch the modem off")
        self._ppp.disconnect()
        wait_until(
            lambda: not self._ppp.isconnected(), _END_MS, "PPP does not end: switch the modem off"
        )
        self._ppp.active(False)
        self._ppp = None
