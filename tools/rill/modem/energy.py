"""What a modem's radio did, in seconds by phase, and what that cost.

Currents at 3.6 V, in mA, estimated from data sheets, within 30 %:

    search      50            reading cells; also the look around after a sleep
    connected   60, 70, 90    at coverage level 0, 1, 2: access, reception, waiting
    tail        50            connected with nothing to do, until the base station lets go
    idle        of the model  paged, or the radio off
    psm         of the model  uA
    off          0

Each transmission adds 160 mA (220 mA at 23 dBm less what counts as connected) for 0.12, 0.7 and
3.5 s at level 0, 1 and 2: a report of three is 0.35, 2 and 11 s on the air.
"""

from rill.modem.models import Model

_VOLTS = 3.6
_SEARCH_MA = 50
_CONNECTED_MA = (60, 70, 90)
_TAIL_MA = 50
_TX_MA = 160
TX_S = (0.12, 0.7, 3.5)
PHASES = ("search", "connected", "tail", "idle")


class Energy:
    """Seconds and joules since the beginning; ecl: coverage enhancement level 0, 1 or 2."""

    def __init__(self, model: Model):
        self._model = model
        self._phase = "off"
        self._since_us = 0
        self._ecl = 0
        self._seconds: dict[str, float] = dict.fromkeys((*PHASES, "psm", "off"), 0.0)
        self._joules = 0.0

    @property
    def phase(self) -> str:
        return self._phase

    def enter(self, phase: str, now_us: int, ecl: int = 0) -> None:
        """From now on it is in that phase."""
        self._count(now_us)
        self._phase, self._ecl = phase, ecl

    def transmits(self, ecl: int, times: int = 1) -> None:
        self._joules += times * TX_S[ecl] * _TX_MA / 1000 * _VOLTS

    def numbers(self, now_us: int) -> dict:
        self._count(now_us)
        seconds = {name: round(value, 1) for name, value in self._seconds.items()}
        return {
            "radio_s": {name: seconds[name] for name in PHASES},
            "psm_s": seconds["psm"],
            "off_s": seconds["off"],
            "joules": round(self._joules, 2),
        }

    def _count(self, now_us: int) -> None:
        passed_s = max(0, now_us - self._since_us) / 1e6
        self._since_us = max(self._since_us, now_us)
        self._seconds[self._phase] += passed_s
        self._joules += passed_s * self._ma() / 1000 * _VOLTS

    def _ma(self) -> float:
        return {
            "search": _SEARCH_MA,
            "connected": _CONNECTED_MA[self._ecl],
            "tail": _TAIL_MA,
            "idle": self._model.idle_ma,
            "psm": self._model.psm_ua / 1000,
            "off": 0.0,
        }[self._phase]
