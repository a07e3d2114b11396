"""A report by PPP: the modem has dialled, and the chip's own TCP/IP does the rest.

When that does not come up, the sockets inside the modem are used instead (nbiot.py).
"""

from micropython import const

from firmware.core import fault
from firmware.core.errors import UplinkError
from firmware.hal.ppp import Ppp

_UP_MS = const(30_000)


class Dialled:
    """The link of report.py over a modem that has joined the network. modem: of nbiot.py, which
    knows the time and the broker's address: a name can't be looked up over PPP (hal/ppp.py).
    """

    def __init__(self, modem, uart):
        self._modem = modem
        self._ppp = Ppp(uart)
        self.is_careful = modem.is_careful
        self.network_time_s = modem.network_time_s

    def dial(self):
        try:
            self._ppp.up(_UP_MS)
        except OSError as error:
            raise UplinkError("PPP: %s" % error, fault.PPP)

    def hang_up(self):
        """True when the modem takes AT commands again, False: only without power will it."""
        try:
            self._ppp.down()
        except OSError as error:
            print(error)
            return False
        return True

    # What report.py asks of a link.

    def up(self, timeout_ms):
        """It is."""

    def down(self):
        """Comes when no other rung is tried."""

    def connect(self, host, port, timeout_ms):
        return self._ppp.connect(self._modem.address or host, port, timeout_ms)
