"""The UARTs of the simulated board: unit 1 goes to the modem, if there is one, all else on."""

from collections.abc import Callable

from rill import operations as op
from rill.modem.modem import Modem
from rill.probes import Probes
from rill.uart import Uart

MODEM_UNIT = 1
# Of the simulated board, as in the configuration that `rill simulate --link` writes.
MODEM_PINS = {
    "modem_tx_pin": 17,
    "modem_rx_pin": 16,
    "modem_key_pin": 25,
    "modem_reset_pin": 26,
    "modem_supply_pin": 27,
}
_LINES = {
    MODEM_PINS["modem_key_pin"]: "key",
    MODEM_PINS["modem_reset_pin"]: "reset",
    MODEM_PINS["modem_supply_pin"]: "supply",
}


class Uarts:
    """now(): the world's time in microseconds."""

    def __init__(self, probes: Probes, modem: Modem | None, now: Callable[[], int]):
        self._probes = probes
        self._wire = Uart(probes)
        self._modem = modem
        self._now = now

    def answers(self) -> dict[int, Callable[[int, bytes], int | bytes]]:
        """Of the operations that are theirs."""
        return {
            op.UART_OPEN: self._open,
            op.UART_WRITE: self._write,
            op.UART_READ: lambda value, data: self._read(value >> 16, value & 0xFFFF),
            op.UART_ANY: lambda unit, data: self._any(unit),
            op.DIALLED: lambda unit, data: self._is_dialled(unit),
            op.HANG_UP: lambda unit, data: self._hang_up(),
            op.UARTS_DEAF: lambda is_deaf, data: self._doze(bool(is_deaf)),
        }

    def take_line(self, pin: int, level: int) -> bool:
        """Whether it is one of the modem's."""
        name = _LINES.get(pin)
        if self._modem is None or name is None:
            return False
        self._modem.pin(name, level, self._now())
        return True

    def board_resets(self) -> None:
        """Its pins float: nobody presses a key."""
        if self._modem is not None:
            self._doze(False)
            for name in ("key", "reset"):
                self._modem.pin(name, 0, self._now())

    def lose_power(self) -> None:
        """Nothing is on the way any more, and the modem is off."""
        self._wire = Uart(self._probes)
        self.board_resets()
        if self._modem is not None:
            self._modem.pin("supply", 0, self._now())

    def _open(self, value: int, data: bytes) -> int:
        if self._modem is not None and value >> 32 == MODEM_UNIT:
            self._modem.open(value & 0xFFFFFFFF, self._now())
        return 0

    def _write(self, unit: int, data: bytes) -> int:
        if self._modem is not None and unit == MODEM_UNIT:
            self._modem.write(data, self._now())
        else:
            self._wire.write(data, self._now())
        return 0

    def _read(self, unit: int, size: int) -> bytes:
        if self._modem is not None and unit == MODEM_UNIT:
            return self._modem.read(size, self._now())
        return self._wire.read(size, self._now())

    def _is_dialled(self, unit: int) -> int:
        return int(unit == MODEM_UNIT and self._modem is not None and self._modem.is_dialled)

    def _hang_up(self) -> int:
        if self._modem is not None:
            self._modem.hang_up(self._now())
        return 0

    def _doze(self, is_dozing: bool) -> int:
        """Only the modem speaks by itself."""
        if self._modem is not None:
            self._modem.host_dozes(is_dozing, self._now())
        return 0

    def _any(self, unit: int) -> int:
        if self._modem is not None and unit == MODEM_UNIT:
            return self._modem.any(self._now())
        return self._wire.any(self._now())
