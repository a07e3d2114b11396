"""The files of a district: `t_s,inflow_l,reading_l` and `home,t_s,reading_l`, plain or gzip.

Times are whole seconds, litres have at most three decimals. An empty cell is a reading that was
not taken. Anything else that is no number is refused with its line.
"""

import re
from collections.abc import Iterator

from rill.balance.registers import BalanceError, Reading
from rill.trace import numbered_lines, shown

_TIME = re.compile(rb"\d{1,12}")
_LITRES = re.compile(rb"(\d{1,12})(?:\.(\d{1,3})0*)?")

Inflow = tuple[int, int | None, int | None]  # t_s, ml in the hour that ends then, register in ml


def read_inflow(path: str) -> list[Inflow]:
    """The rows of the district meter; BalanceError or TraceError."""
    return [
        (_time(path, number, t_s), _ml(path, number, inflow), _ml(path, number, reading))
        for number, (t_s, inflow, reading) in _rows(path, b"t_s,inflow_l,reading_l")
    ]


def read_homes(path: str) -> tuple[dict[str, list[Reading]], int]:
    """The readings of each home, as they stand there, and how many cells were empty."""
    homes: dict[str, list[Reading]] = {}
    empty = 0
    for number, (name, t_s, reading) in _rows(path, b"home,t_s,reading_l"):
        if not name or not name.isascii():
            raise BalanceError(f"{path} line {number}: expected the name of a home")
        readings = homes.setdefault(name.decode(), [])
        at_s, ml = _time(path, number, t_s), _ml(path, number, reading)
        if ml is None:
            empty += 1
        else:
            readings.append((at_s, ml))
    return homes, empty


def _rows(path: str, header: bytes) -> Iterator[tuple[int, list[bytes]]]:
    try:
        with open(path, "rb") as raw:
            lines = numbered_lines(path, raw)
            _, first = next(lines, (1, b""))
            if first != header:
                raise BalanceError(
                    f"{path} line 1: expected the header {header.decode()}, got {shown(first)}"
                )
            for number, line in lines:
                cells = line.split(b",")
                if len(cells) != 3:
                    raise BalanceError(f"{path} line {number}: expected 3 columns")
                yield number, cells
    except OSError as error:
        raise BalanceError(f"{path}: {error.strerror or error}") from error


def _time(path: str, number: int, cell: bytes) -> int:
    if not _TIME.fullmatch(cell):
        raise BalanceError(
            f"{path} line {number}: expected whole seconds of 0 or more as t_s, got {shown(cell)}"
        )
    return int(cell)


def _ml(path: str, number: int, cell: bytes) -> int | None:
    if not cell:
        return None
    match = _LITRES.fullmatch(cell)
    if not match:
        raise BalanceError(
            f"{path} line {number}: expected litres of 0 or more, got {shown(cell)}"
        )
    return int(match[1]) * 1000 + int((match[2] or b"").ljust(3, b"0"))
