"""network.PPP of a modem that has dialled, as images from 1.26 on have it; stricter than these.

It comes up when the world has a network. Where a chip would hang, virtual time passes until
the watchdog bites.
"""

import errno

from border import DIALLED, HANG_UP, LINK_UP, NOW_US, SLEEP_US, border

_NEGOTIATION_US = 2_000_000
_END_US = 300_000
_LONGEST_HANG_S = 86_400
_NOWHERE = "0.0.0.0"

# status()
_INACTIVE = 0
_ACTIVE = 1
_CONNECTING = 3
_CONNECTED = 4


def has_answered_connect(uart):
    """Whether the modem behind the UART has been dialled; a script without one says so by
    `uart.dialled = True`.
    """
    return getattr(uart, "dialled", False) or border.call(DIALLED, uart.unit) == 1


class PPP:
    SEC_NONE = 0
    SEC_PAP = 1
    SEC_CHAP = 2

    def __init__(self, stream):
        if stream.timeout_ms:
            raise AssertionError("each poll would wait %d ms for nothing" % stream.timeout_ms)
        self._stream = stream
        self._state = _INACTIVE
        self._was_used = False
        self._began_us = 0
        self._ends_us = None

    def active(self, on=None):
        if on and self._state == _INACTIVE:
            if self._was_used:
                raise AssertionError("a PPP object that has ended can't be used again")
            self._was_used = True
            self._state = _ACTIVE
            self._stream.irq(self.poll, self._stream.IRQ_RXIDLE)
        elif on is not None and not on:
            self._follow()
            if self._state == _CONNECTED and border.call(LINK_UP):
                border.call(SLEEP_US, _END_US)
            elif self._state in (_CONNECTING, _CONNECTED):
                _hang()  # for somebody who agrees to the end
            self._free()
        return self._state != _INACTIVE

    def connect(self, *, security=SEC_NONE, user=None, key=None):
        if self._state == _INACTIVE:
            raise OSError("must be active")
        if self._state != _ACTIVE:
            raise OSError(errno.EALREADY)
        if not has_answered_connect(self._stream):
            raise AssertionError("nobody has dialled: the modem takes PPP for AT commands")
        if security not in (PPP.SEC_NONE, PPP.SEC_PAP, PPP.SEC_CHAP):
            raise ValueError("invalid auth")
        if security != PPP.SEC_NONE and not (user and key):
            raise TypeError("a user and a key")
        self._state = _CONNECTING
        self._began_us = border.call(NOW_US)

    def disconnect(self):
        if self._state == _CONNECTED and self._ends_us is None:
            self._ends_us = border.call(NOW_US) + _END_US

    def isconnected(self):
        self._follow()
        return self._state == _CONNECTED

    def status(self):
        self._follow()
        return self._state

    def ifconfig(self):
        if not self.isconnected():
            return (_NOWHERE, _NOWHERE, "255.255.255.255", _NOWHERE)
        return ("10.64.0.2", "10.64.0.1", "255.255.255.255", "10.64.0.53")

    def ipconfig(self, parameter):
        address, gateway, netmask, _ = self.ifconfig()
        values = {"addr4": (address, netmask), "gw4": gateway}
        if parameter not in values:
            raise ValueError("unexpected key")
        return values[parameter]

    def poll(self, _irq=None):
        return 0 if self._state >= _CONNECTING else -errno.EPERM

    def _follow(self):
        """What the other side has done since: it answers only while there is a network."""
        if self._state not in (_CONNECTING, _CONNECTED):
            return
        is_up, now_us = border.call(LINK_UP), border.call(NOW_US)
        if self._state == _CONNECTING and is_up and now_us - self._began_us >= _NEGOTIATION_US:
            self._state = _CONNECTED
        elif self._ends_us is not None and is_up and now_us >= self._ends_us:
            self._free()

    def _free(self):
        if self._state != _INACTIVE:
            self._stream.irq(None)
            border.call(HANG_UP, self._stream.unit)
        self._state = _INACTIVE


def _hang():
    for _ in range(_LONGEST_HANG_S):
        border.call(SLEEP_US, 1_000_000)
    raise AssertionError("hangs for ever, and no watchdog runs")
