"""What makes one modem speak unlike another, apart from its commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rill.modem.call import Table
from rill.modem.sockets import Connection

if TYPE_CHECKING:
    from rill.modem.modem import Modem


class Dialect:
    """table: its commands. prompt: what asks for data. needs_activation: of a data connection,
    before a socket can be opened. clock_setting: without it the clock does not follow the network.
    """

    table = Table()
    prompt = b"\r\n> "
    needs_activation = False
    clock_setting = ""
    noises: tuple[str, ...] = ("+CSCON: 1",)

    def noise(self, m: Modem) -> str:
        """A line that means nothing to the host."""
        return m.random.choice((*self.noises, m.radio.cereg(is_answer=False)))

    def zone_lines(self, m: Modem) -> list[str]:
        """When the network has told the time."""
        return []

    def card_lines(self, m: Modem) -> list[str]:
        """When the card is ready, after a start."""
        return [f"+CPIN: {'READY' if m.card.is_ready() else 'NOT READY'}"]

    def sleep_lines(self, m: Modem) -> list[str]:
        return []

    def wake_lines(self, m: Modem) -> list[str]:
        return []

    def may_sleep(self, m: Modem) -> bool:
        return True

    def received(self, m: Modem, connection: Connection, data: bytes) -> None:
        """Bytes of the other side have come."""
        connection.received += data

    def closed(self, m: Modem, connection: Connection) -> None:
        """The other side has closed."""

    def pdn_lost(self, m: Modem) -> None:
        """The network has ended the data connection."""
