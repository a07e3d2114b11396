"""Registration: how a modem finds a cell, is let in, and loses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rill.modem import timers
from rill.modem.carrier import Carrier

if TYPE_CHECKING:
    from rill.modem.modem import Modem

_EAGER_S = 60  # so long it searches without a pause
_LOOK_S, _PAUSE_S = 5, 30
_ATTACH_S = (3.0, 6.0, 14.0)
_ATTACH_SENDS = 4
_RSRP_TENTHS = (-800, -1125, -1235)  # level 1 is below -112 dBm, 2 below -122: 144 and 154 dB lost
_DENIED_AGAIN_S = 600


class Radio(Carrier):
    """cause: type and cause of a reject. attaches: so far."""

    def __init__(self, modem: Modem, ecl: int):
        super().__init__(modem, ecl)
        self.cause: tuple[int, int] | None = None
        self.attaches = 0
        self.rsrp_tenths = _RSRP_TENTHS[ecl] - modem.random.randrange(90)
        self._is_roaming = modem.seed % 3 == 1
        self._usual_ecl = ecl
        self._knows_cell = False
        self._began_us = 0

    def start(self) -> None:
        """The radio on: it searches, if there is a card."""
        self.cfun = 1
        if self.is_registered or self.stat == 2 or not self._m.card.is_ready():
            return
        self.search()

    def stop(self, cfun: int) -> None:
        """The radio off: the network is told, and forgets us."""
        if self.is_registered and self._m.energy.phase != "psm":
            self._m.energy.transmits(self.ecl)
        self.cfun = cfun
        self.lose(0)

    def lose(self, stat: int) -> None:
        """No longer registered."""
        self._m.agenda.forget("radio", "release", "psm", "tau")
        self._m.net.down()
        self.is_connected = False
        self.granted = None
        self._phase("idle")
        self._set(stat)

    def restart(self) -> None:
        """Nothing of the registration is left; what is stored about the cell is."""
        self._m.agenda.forget("radio", "release", "psm", "tau")
        self.stat, self.cause, self.granted = 0, None, None
        self.is_connected = self._has_rai = False
        self.cfun = 0

    def search(self) -> None:
        self._m.agenda.forget("radio")
        self._began_us = self._m.agenda.now_us
        self._set(2)
        self._phase("search")
        low, high = (1.0, 3.0) if self._knows_cell else (5.0, 20.0)
        seconds = self._m.random.uniform(low, high) * (1, 1.5, 3)[self.ecl]
        self._m.agenda.after(seconds, self._look, "radio")

    def _look(self) -> None:
        now_us = self._m.agenda.now_us
        if self._m.has_coverage(now_us):
            self._phase("connected")
            self._m.agenda.after(_ATTACH_S[self.ecl], self._attach, "radio")
            return
        eager = now_us - self._began_us < _EAGER_S * 1_000_000
        self._phase("search")
        if not eager:
            self._m.agenda.after(_LOOK_S, lambda: self._phase("idle"), "radio")
        self._m.agenda.after(_LOOK_S if eager else _PAUSE_S, self._look, "radio")

    def _attach(self) -> None:
        m, now_us = self._m, self._m.agenda.now_us
        m.energy.transmits(self.ecl, _ATTACH_SENDS)
        if m.faults.holds("denied", now_us):
            causes = (7, 11, 15, 19, 22)
            windows = m.faults.windows("denied")
            self.cause = (0, causes[(windows[0][0] + m.seed) % len(causes)])
            self._set(3)
            self._phase("idle")
            m.agenda.after(_DENIED_AGAIN_S, self.search, "radio")
            return
        self.cause = None
        self.attaches += 1
        self._knows_cell = True
        self.grant()
        m.net.up()
        self._set(5 if self._is_roaming else 1)
        m.clock.network_tells()
        self.active(0.2)

    def _set(self, stat: int) -> None:
        changed, self.stat = stat != self.stat, stat
        if changed and self._m.settings.cereg:
            self._m.urc(self.cereg(is_answer=False))

    def check(self) -> None:
        """Look whether the cell is still there; and the faults that come with time."""
        m, now_us = self._m, self._m.agenda.now_us
        if self.cfun == 1 and self.is_registered and not m.has_coverage(now_us):
            self.lose(2)
            self.search()

    def flap(self) -> None:
        """Abroad for a moment."""
        home = self.stat
        self._set(1 if home == 5 else 5)
        self._m.agenda.after(2.0, lambda: self._set(home), "radio")

    def give_up(self) -> None:
        """The cell is lost, a search follows, and then nothing: until CFUN or COPS."""
        self.lose(2)
        self._phase("search")
        self._m.agenda.after(15.0, lambda: self.lose(0), "radio")

    def worsen(self) -> None:
        """The worst coverage for half an hour."""
        self.ecl = 2
        self._m.agenda.after(1800, lambda: setattr(self, "ecl", self._usual_ecl), "weather")

    def cereg(self, is_answer: bool) -> str:
        """The line of +CEREG, with what n asks for."""
        m, n = self._m, self._m.settings.cereg
        fields = [str(n), str(self.stat)] if is_answer else [str(self.stat)]
        quote = '"{}"' if m.model.is_quoted else "{}"
        if n >= 2 and self.is_registered:
            fields += [quote.format(m.tac), quote.format(m.cell), "9"]
        elif n >= 2 and not m.model.is_quoted:
            fields += ["0000", "00000000", "9"]
        if n in (3, 5) and self.cause:
            fields += [""] * (5 + is_answer - 1 - len(fields))
            fields += map(str, self.cause)
        elif n in (4, 5) and self.is_registered:
            fields += ['"00"'] if m.model.has_rac else []
            tau, active = self.granted or (timers.OFF, timers.OFF)
            fields += ["", "", quote.format(active), quote.format(tau)]
        return "+CEREG: " + ",".join(fields)
