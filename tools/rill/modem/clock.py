"""The clock of a modem: wrong until the network tells the time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rill.modem.modem import Modem

_ZONES = (0, 4, 8, 12, 22, 32, 36, -12, -20)  # quarter hours
_ROLL_OVER_S = 1024 * 7 * 86400


class Clock:
    def __init__(self, modem: Modem, began_s: int):
        self._m = modem
        self._began_s = began_s
        self.zone = _ZONES[modem.seed % len(_ZONES)]
        self.restart()

    def restart(self) -> None:
        """The power was off."""
        self._is_valid = self._is_told = False
        self._since_us = self._m.agenda.now_us
        self._wrong_s = 0

    def was_asked(self) -> None:
        """A setting changed: what the network told before counts at once on some."""
        if self._is_told and self._m.dialect.clock_setting == "+CTZU":
            self._is_valid = True

    def network_tells(self) -> None:
        m, now_us = self._m, self._m.agenda.now_us
        if m.faults.hit("no_nitz", now_us):
            return
        self._is_told, self._wrong_s = True, 0
        setting = m.dialect.clock_setting
        if setting and m.stored.values.get(setting, "0") == "0":
            return
        self._is_valid = True
        if m.faults.hit("clock_jump", now_us):
            self._wrong_s = -m.faults.dice("clock_jump").choice((3600, 7200, 86400, _ROLL_OVER_S))
        if m.stored.tells_zone:
            for line in m.dialect.zone_lines(m):
                m.urc(line)

    def text(self) -> str:
        """yy/MM/dd,hh:mm:ss+zz, the fields UTC or local by model."""
        m, now_us = self._m, self._m.agenda.now_us
        if self._is_valid and m.faults.hit("clock_1980", now_us):
            self.restart()
        if not self._is_valid:
            up_s = max(0, now_us - self._since_us) // 1_000_000
            day, up_s = up_s // 86400, up_s % 86400
            year_month, _, first = m.model.no_clock.rpartition("/")
            return (
                f"{year_month}/{int(first) + day:02},"
                f"{up_s // 3600:02}:{up_s // 60 % 60:02}:{up_s % 60:02}+00"
            )
        utc_s = self._began_s + now_us // 1_000_000 + self._wrong_s
        shown_s = utc_s + self.zone * 900 * m.model.is_local
        return time.strftime("%y/%m/%d,%H:%M:%S", time.gmtime(shown_s)) + f"{self.zone:+03}"
