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
            self._ppp.up(_within(self._modem.budget, _UP_MS))
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
        budget, host = self._modem.budget, self._modem.address or host
        budget.sends()
        return _Counted(self._ppp.connect(host, port, _within(budget, timeout_ms)), budget)


class _Counted:
    """A connection that ends with the budget of its report, as those inside the modem do."""

    def __init__(self, stream, budget):
        self._stream = stream
        self._budget = budget
        self.close = stream.close

    def sendall(self, data, timeout_ms, is_last=False):
        self._budget.sends(1, len(data))
        self._stream.sendall(data, _within(self._budget, timeout_ms), is_last)

    def recv(self, n, timeout_ms):
        data = self._stream.recv(n, _within(self._budget, timeout_ms))
        self._budget.hears(len(data))
        return data


def _within(budget, timeout_ms):
    timeout_ms = min(timeout_ms, budget.left_ms())
    if timeout_ms <= 0:
        raise UplinkError("%d s over PPP" % (budget.taken_ms() // 1000), fault.BUDGET)
    return timeout_ms
