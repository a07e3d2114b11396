"""A report over a modem: joined, sent, mended rung by rung when something fails, left asleep.

Imported only in a wake that reports. What joins the network and what sends are in memory one
after the other (passing.py): here is only what both need.
"""

import errno
import os

from micropython import const

from firmware.core import fault, radio
from firmware.core.errors import UplinkError
from firmware.hal.serial import Serial
from firmware.passing import in_passing

_UART = const(1)  # the RS-485 instrument has the other one
_FIRST_PORT = const(49_152)
_PORTS = const(16_384)


class Modem:
    """One report. note(code, before, after, text) stores an event. now_s: Unix time, or since
    power-on. failures: in a row, this one included. is_asked: somebody pressed the button.
    is_urgent: that, or an alarm: it has an allowance of its own. may_doze: the CPU, see sender.py.

    address: of the broker, "": the modem looks the name up. time_s: Unix time as the network told
    it at ticks time_ms, None: it did not. tried: rungs of core/ladder.py in this report.
    """

    def __init__(
        self,
        *,
        config,
        clock,
        power,
        retained,
        note,
        now_s,
        failures,
        is_asked,
        is_urgent,
        may_doze,
    ):
        self.config = config
        self.clock = clock
        self.retained = retained
        self._note = note
        self._news = []
        self.now_s = now_s
        self.failures = failures
        self.is_asked = is_asked
        self.is_urgent = is_asked or is_urgent
        self.budget = radio.Budget(clock, 0, 0)
        self.at = None
        self._power = power
        self.may_doze = may_doze
        self.lines = None  # of the modem: supply, key, reset
        self.tried = []
        self.address = ""
        self.time_s = self.time_ms = None
        self.is_careful = False  # after a failure each answer is awaited
        self.is_cut = False  # only the loss of its power could end what it did
        self.has_failed = True  # until the report is through
        self.uart = None  # of a modem that has dialled: it takes no commands
        self._is_ppp_dead = config.link != "ppp"

    def report(self, publish):
        """publish(link) once, or again as long as a rung of the ladder is left. UplinkError."""
        try:
            while True:
                try:
                    self._do(self._join)
                    self.budget.enter(radio.CONNECTED)
                    in_passing(lambda: self._send(publish))
                    self.has_failed = False
                    return
                except UplinkError as error:
                    self._climb(error)
                except MemoryError as error:
                    self._climb(UplinkError("no memory: %s" % error, fault.MEMORY))
                self.is_careful = True
        finally:
            try:
                self._do(self._end)
            except MemoryError as error:
                # Its supply pin is not held then, so that deep sleep switches it off.
                print("modem not left as it should be: %s" % error)

    def note(self, code, before, after, text=""):
        """An event, stored as soon as there is room for the journal."""
        self._news.append((code, before, after, text))

    def _do(self, act):
        try:
            in_passing(act)
        finally:
            while self._news:
                self._note(*self._news.pop(0))

    # What report.py asks of a link.

    def up(self, timeout_ms):
        """It is; joining took longer than any timeout of a caller."""

    def down(self):
        """Comes at the end, when no other rung is tried."""

    def network_time_s(self):
        if self.time_s is None:
            raise OSError(errno.EIO, "the network told no time")
        return self.time_s + self.clock.elapsed_ms(self.time_ms) // 1000

    def connect(self, host, port, timeout_ms):
        from firmware.drivers.modem.stream import ModemStream

        local_port = _FIRST_PORT + int.from_bytes(os.urandom(2), "little") % _PORTS
        return ModemStream(self.at, self.address or host, port, local_port)

    # One after the other.

    def _join(self):
        from firmware.joining import join

        join(self)

    def _climb(self, error):
        def act():
            from firmware.climbing import climb

            climb(self, error)

        self._do(act)

    def _end(self):
        from firmware.climbing import end

        end(self)

    def _send(self, publish):
        """Over PPP as long as that comes up, else over sockets in the modem."""
        if self.uart is None:
            publish(self)
            return
        from firmware.dialling import Dialled

        link = Dialled(self, self.uart)
        self.uart, self._is_ppp_dead = None, True  # until it is up
        try:
            link.dial()
            self._is_ppp_dead = False
            publish(link)
        finally:
            if not link.hang_up():
                from firmware.modems import switch

                self.is_cut = True
                switch(self).cut()

    def uses_ppp(self):
        return not self._is_ppp_dead

    def engine(self):
        """What speaks to it; none is in memory while PPP does."""
        if self.at is None:
            from firmware.drivers.modem.at import Engine
            from firmware.modems import family

            self.at = Engine(self._serial, self.clock, self.budget, self._power.feed, self._doze)
            self.at.use(family(self.config))
            self.at.speed(self.at.family.BAUDS[0])
        return self.at

    def _doze(self, serial, ms):
        """Not behind a failure: if that is what was wrong, the next try is as ever."""
        if self.may_doze and not self.is_careful:
            from firmware.hal.dozing import doze_ms

            self._power.dozed_ms += doze_ms(serial, ms)

    def _serial(self, baudrate):
        return Serial(_UART, baudrate, self.config.modem_tx_pin, self.config.modem_rx_pin)
