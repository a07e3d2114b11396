"""Which port: the one that was named, the only one, or the one that somebody chooses."""

import sys
from collections.abc import Callable, Iterable

from serial.tools.list_ports import comports

from rill.cable.port import NoPort, PortError

# Vendors of USB: adapters that sit on ESP32 boards, and Espressif.
_VENDORS = {
    0x10C4: "CP210x",
    0x1A86: "CH340",
    0x0403: "FTDI",
    0x303A: "Espressif",
    0x067B: "PL2303",
}


class TwoPorts(PortError):
    """More than one board, and nobody to ask."""


def find(
    named: str | None,
    list_ports: Callable[[], Iterable] = comports,
    ask: Callable[[str], str] | None = None,
) -> str:
    """The path of the port. ask: who answers a question; None, the terminal if there is one.

    Raises NoPort, TwoPorts.
    """
    if named:
        return named
    found = sorted((one for one in list_ports() if one.vid in _VENDORS), key=lambda p: p.device)
    if not found:
        raise NoPort(
            "no board is plugged in: there is no USB serial adapter of a known kind."
            " Name the port of another one, like `rill status /dev/ttyS1`"
        )
    if len(found) == 1:
        return found[0].device
    lines = [
        f"{n}  {one.device}  {_VENDORS[one.vid]} {one.serial_number or ''}".rstrip()
        for n, one in enumerate(found, 1)
    ]
    shown = "\n".join(lines)
    if ask is None and sys.stdin.isatty() and sys.stderr.isatty():
        ask = _ask
    if ask is None:
        raise TwoPorts(f"{len(found)} boards are plugged in, name the port of one:\n{shown}")
    answer = ask(f"{shown}\nWhich one, 1 to {len(found)}? ").strip()
    if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(found):
        return found[int(answer) - 1].device
    raise TwoPorts(f"{answer!r} is none of 1 to {len(found)}:\n{shown}")


def _ask(question: str) -> str:
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline()
