"""The radio connection of a registered modem and its power saving: RRC, PSM, updates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rill.modem import timers
from rill.modem.energy import TX_S

if TYPE_CHECKING:
    from rill.modem.modem import Modem

_SYNC_S = (1.0, 2.5, 6.0)  # after a sleep: system information is read again
_RTT_S = (0.6, 2.0, 6.0)
_TAIL_S, _RAI_TAIL_S = 20.0, 0.6
_UART_REST_S = 10  # after a wake without data
_TAU_S = (1.5, 3.0, 8.0)
_OTHER_TAU, _OTHER_ACTIVE = "00111000", "00001010"
_GONE = (0, 2, 3, 4)


class Carrier:
    """stat: as in +CEREG. ecl: coverage enhancement level. granted: T3412ext and T3324."""

    def __init__(self, modem: Modem, ecl: int):
        self._m = modem
        self.ecl = ecl
        self.cfun = 0
        self.stat = 0
        self.is_connected = False
        self.is_busy_until_us = 0
        self.granted: tuple[str, str] | None = None
        self.taus = self.psm_entries = 0
        self._has_rai = False

    @property
    def is_registered(self) -> bool:
        return self.stat not in _GONE

    def rtt_s(self) -> float:
        """From the modem to the other side and back."""
        return _RTT_S[self.ecl] * self._m.random.uniform(0.8, 1.3)

    def search(self) -> None:
        """Look for a cell and attach."""
        raise NotImplementedError

    def cereg(self, is_answer: bool) -> str:
        """The line of +CEREG, with what n asks for."""
        raise NotImplementedError

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
        if now and not self.is_connected:
            return
        if self._m.faults.hit("rai_ignored", self._m.agenda.now_us):
            return
        self._has_rai = True
        if now:
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
        m.agenda.forget("tau")
        m.agenda.after(timers.tau_s(self.granted[0] if self.granted else ""), self._tau, "tau")
        self.rest()

    def _phase(self, name: str) -> None:
        self._m.energy.enter(name, self._m.agenda.now_us, self.ecl)

    # Power saving.

    def grant(self) -> None:
        """What the network says to the timers that were asked for."""
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
            self.grant()
        # An update without data is released at once.
        self._has_rai = self._has_rai or not self.is_connected
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
            self.search()
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
