"""Registration, the radio connection and power saving: what a modem does in the air."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rill.modem import timers
from rill.modem.energy import TX_S

if TYPE_CHECKING:
    from rill.modem.modem import Modem

_EAGER_S = 60  # so long it searches without a pause
_LOOK_S, _PAUSE_S = 5, 30
_ATTACH_S = (3.0, 6.0, 14.0)
_ATTACH_SENDS = 5
_SYNC_S = (1.0, 2.5, 6.0)  # after a sleep: system information is read again
_RTT_S = (0.6, 2.0, 6.0)
_TAIL_S, _RAI_TAIL_S = 20.0, 0.6
_DENIED_AGAIN_S = 600
_UART_REST_S = 10  # after a wake without data
_TAU_S = (1.5, 3.0, 8.0)
_OTHER_TAU, _OTHER_ACTIVE = "00111000", "00001010"
_GONE = (0, 2, 3, 4)


class Radio:
    """stat: as in +CEREG. ecl: coverage enhancement level. granted: T3412ext and T3324."""

    def __init__(self, modem: Modem, ecl: int):
        self._m = modem
        self._usual_ecl = self.ecl = ecl
        self.cfun = 0
        self.stat = 0
        self.cause: tuple[int, int] | None = None
        self.is_connected = False
        self.is_busy_until_us = 0
        self.granted: tuple[str, str] | None = None
        self.attaches = self.taus = self.psm_entries = 0
        self.rsrp_tenths = -800 - 180 * ecl - modem.random.randrange(100)
        self.is_roaming = modem.seed % 3 == 1
        self._knows_cell = False
        self._has_rai = False
        self._began_us = 0

    @property
    def is_registered(self) -> bool:
        return self.stat not in _GONE

    def rtt_s(self) -> float:
        """From the modem to the other side and back."""
        return _RTT_S[self.ecl] * self._m.random.uniform(0.8, 1.3)

    # Registration.

    def start(self) -> None:
        """The radio on: it searches, if there is a card."""
        self.cfun = 1
        if self.is_registered or self.stat == 2 or not self._m.card.is_ready():
            return
        self._search()

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

    def _search(self) -> None:
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
            m.agenda.after(_DENIED_AGAIN_S, self._search, "radio")
            return
        self.cause = None
        self.attaches += 1
        self._knows_cell = True
        self._grant()
        m.net.up()
        self._set(5 if self.is_roaming else 1)
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
            self._search()

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

    # The connection to the base station.

    def active(self, seconds: float, *, sends: int = 0) -> None:
        """Something is on the air for so long; then the tail, then the release."""
        m = self._m
        m.energy.transmits(self.ecl, sends)
        if not self.is_connected:
            self.is_connected = True
            if m.settings.cscon:
                m.urc("+CSCON: 1")
        self._phase("connected")
        until_us = m.agenda.now_us + int((seconds + TX_S[self.ecl] * sends) * 1e6)
        self.is_busy_until_us = max(self.is_busy_until_us, until_us)
        self._m.agenda.forget("release", "psm")
        wait_s = (self.is_busy_until_us - m.agenda.now_us) / 1e6
        m.agenda.after(wait_s, self._begin_tail, "release")

    def release_early(self, *, now: bool = False) -> None:
        """The host says that nothing follows the next data, or nothing at all."""
        if self._m.faults.hit("rai_ignored", self._m.agenda.now_us):
            return
        self._has_rai = True
        if now and self.is_connected:
            self._m.agenda.forget("release")
            self.is_busy_until_us = self._m.agenda.now_us
            self._begin_tail()

    def _begin_tail(self) -> None:
        self._phase("tail")
        tail_s = _RAI_TAIL_S if self._has_rai else _TAIL_S
        self._m.agenda.after(tail_s, self._release, "release")

    def _release(self) -> None:
        m = self._m
        self.is_connected = self._has_rai = False
        if m.settings.cscon:
            m.urc("+CSCON: 0")
        self._phase("idle")
        self.rest()

    def _phase(self, name: str) -> None:
        self._m.energy.enter(name, self._m.agenda.now_us, self.ecl)

    # Power saving.

    def _grant(self) -> None:
        m, now_us = self._m, self._m.agenda.now_us
        wanted = m.stored.psm
        if not wanted or m.faults.hit("psm_refused", now_us):
            self.granted = None
        elif m.faults.hit("psm_other", now_us):
            self.granted = _OTHER_TAU, _OTHER_ACTIVE
        else:
            self.granted = m.grants(*wanted)

    def ask_for_psm(self) -> None:
        """New timers: a tracking area update asks for them."""
        if self.cfun == 1 and self.is_registered:
            self._update()
            if self._m.settings.cereg in (4, 5):
                self._m.urc(self.cereg(is_answer=False))

    def _update(self) -> None:
        self.taus += 1
        if self._m.faults.hit("psm_dropped", self._m.agenda.now_us):
            self.granted = None
        else:
            self._grant()
        self._has_rai = True  # an update without data is released at once
        self.active(_TAU_S[self.ecl], sends=1)

    def rest(self, least_s: float = 0.0) -> None:
        """Nothing is left to do: power saving begins after T3324."""
        m = self._m
        m.agenda.forget("psm")
        wait_s = timers.active_s(self.granted[1]) if self.granted else None
        if wait_s is not None:
            m.agenda.after(max(wait_s, least_s), self._enter_psm, "psm")

    def _enter_psm(self) -> None:
        m = self._m
        if not self.is_registered or self.is_connected:
            return
        if m.power == "psm":
            self._phase("psm")
            return
        if m.terminal.is_working() or not m.may_sleep():
            m.agenda.after(1.0, self._enter_psm, "psm")
            return
        m.sleep()

    def sleeps(self) -> None:
        """The modem sleeps, whatever was on the air."""
        self.psm_entries += 1
        self._m.agenda.forget("release", "psm", "radio")
        self.is_connected = self._has_rai = False
        self._phase("psm")

    def wake(self) -> None:
        """The host woke it: it is registered still, but reads the cell's information again."""
        m = self._m
        m.agenda.forget("psm")
        if not self.is_registered:
            self._search()
            return
        self._phase("search")
        sync_s = _SYNC_S[self.ecl]
        m.agenda.after(sync_s, self._synced, "radio")
        self.rest_after_uart()

    def _synced(self) -> None:
        if not self.is_connected:
            self._phase("idle")

    def rest_after_uart(self) -> None:
        """The host is still talking: sleep later."""
        if self.granted and not self.is_connected:
            self.rest(_UART_REST_S)

    def _tau(self) -> None:
        m = self._m
        if m.has_coverage(m.agenda.now_us):
            self._update()
        elif m.power == "psm":
            self.stat = 2  # it searches when the host wakes it
