"""The SIM of a simulated modem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rill.modem.call import Refused

if TYPE_CHECKING:
    from rill.modem.modem import Modem

_PIN = "1234"
_NOT_INSERTED, _PIN_NEEDED, _PUK_NEEDED, _BUSY, _WRONG = 10, 11, 12, 14, 16
_READY_S, _BUSY_S = 1.5, 8.0


class Card:
    def __init__(self, modem: Modem):
        self._m = modem
        digits = f"{modem.seed % 10**9:09}"
        self.imsi = "001010" + digits
        self.iccid = luhn("8900101" + digits.rjust(11, "0"))
        self._busy_until_us = 0
        self._is_lost = self._is_unlocked = False
        self._tries = 3

    def start(self) -> None:
        """The modem has restarted and reads the card."""
        m = self._m
        self._is_lost = self._is_unlocked = False
        busy_s = _BUSY_S if m.faults.hit("sim_busy", m.agenda.now_us) else _READY_S
        self._busy_until_us = m.agenda.now_us + int(busy_s * 1e6)

    def ready_in_s(self) -> float:
        return max(0.0, (self._busy_until_us - self._m.agenda.now_us) / 1e6)

    def refusal(self) -> int | None:
        """The code of +CME ERROR that stands for its state, None: it is ready."""
        m, now_us = self._m, self._m.agenda.now_us
        if self._is_lost or m.faults.holds("sim_absent", now_us):
            return _NOT_INSERTED
        if now_us < self._busy_until_us:
            return _BUSY
        if not self._is_unlocked and m.faults.holds("sim_pin", now_us):
            return _PIN_NEEDED if self._tries else _PUK_NEEDED
        return None

    def is_ready(self) -> bool:
        return self.refusal() is None

    def require(self) -> None:
        code = self.refusal()
        if code is not None:
            raise Refused(code)

    def state(self) -> str:
        """As +CPIN? says."""
        code = self.refusal()
        if code in (_PIN_NEEDED, _PUK_NEEDED):
            return "SIM PIN" if code == _PIN_NEEDED else "SIM PUK"
        self.require()
        return "READY"

    def enter_pin(self, pin: str) -> None:
        code = self.refusal()
        if code != _PIN_NEEDED:
            raise Refused(3 if code is None else code)
        if pin != _PIN:
            self._tries -= 1
            raise Refused(_WRONG)
        self._tries, self._is_unlocked = 3, True
        self._m.radio.start()

    def lose(self) -> None:
        """Out of its holder until the next restart."""
        self._is_lost = True
        self._m.urc("+CPIN: NOT READY")
        self._m.radio.lose(0)


def luhn(digits: str) -> str:
    """With the check digit of IMEI and ICCID behind them."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 * (value > 9)
    return f"{digits}{-total % 10}"
