"""Sockets that the host has made before it connects them: BC95 and SIM7020."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rill.modem.call import Refused, Reply

if TYPE_CHECKING:
    from rill.modem.modem import Modem

_NO_MEMORY = 20


def make(m: Modem, numbers: range) -> int:
    """The first of these numbers that is free is a socket now."""
    number = next((one for one in numbers if one not in m.net.made), None)
    if number is None:
        raise Refused(_NO_MEMORY)
    m.net.made.add(number)
    return number


def connect(m: Modem, number: int, host: str, port: int, failure: str) -> Reply:
    """OK when it is connected, failure when that did not work."""
    result = m.net.open(number, host, port)
    if result != "ok":
        wait_s = 0.1 if result in ("busy", "network") else 3 * m.radio.rtt_s()
        return Reply(final=failure, after_s=wait_s)
    return Reply(after_s=1.5 * m.radio.rtt_s())


def close(m: Modem, number: int) -> Reply:
    m.net.close(number)
    m.net.made.discard(number)
    return Reply(after_s=0.2)
