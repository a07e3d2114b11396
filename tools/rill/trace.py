"""Recordings of water use ("traces") and the meter pulses that they give.

A trace file is CSV, plain or gzip: the exact header `t_s,ml`, then one row per time at which
water was seen. `t_s` is whole seconds since the start of the recording, strictly ascending;
`ml` is the whole millilitres that passed since the row before. Both are 0 or more and at most
12 digits long, so that every time in microseconds fits 64 bits.
"""

import gzip
import io
import os
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import BinaryIO

DAY_S = 86_400
US_PER_S = 1_000_000
HEADER = b"t_s,ml"
GZIP_MAGIC = b"\x1f\x8b"
MAX_DIGITS = 12
MAX_SHOWN = 40

Row = tuple[int, int]
Lines = Iterator[tuple[int, bytes]]


class TraceError(Exception):
    """A trace file is not as it should be; the message is one sentence for the user."""


@dataclass(frozen=True)
class Trace:
    """One recording.

    rows: (t_s, ml), t_s strictly ascending, both >= 0.
    step_s: >= 1 and not above the smallest distance between two rows; a row's water is taken
        to have passed within the step_s seconds that end at its t_s.
    """

    rows: list[Row]
    step_s: int

    @cached_property
    def total_ml(self) -> int:
        """All the water of the recording, millilitres."""
        return sum(ml for _, ml in self.rows)

    @property
    def end_s(self) -> int:
        """Time of the last row, seconds since the start; 0 for a trace without rows."""
        return self.rows[-1][0] if self.rows else 0

    def first_days(self, days: int) -> "Trace":
        """The rows up to and including the end of day number `days`, with the same step_s."""
        return Trace([row for row in self.rows if row[0] <= days * DAY_S], self.step_s)

    def pulse_times_us(self, pulse_ml: int, pulses: int = 1) -> array:
        """Times of a meter's pulses, non-decreasing microseconds since the start.

        pulse_ml millilitres are `pulses` pulses; both >= 1, else ValueError. After each row
        floor(water so far * pulses / pulse_ml) pulses have happened. The pulses that a row adds
        are spread evenly over the step that ends at the row; none is earlier than 0.
        """
        for name, value in (("pulse_ml", pulse_ml), ("pulses", pulses)):
            if value < 1:
                raise ValueError(f"expected {name} of 1 or more, got {value}")
        times_us = array("q")
        step_us = self.step_s * US_PER_S
        rest = 0  # millilitres * pulses
        for t_s, ml in self.rows:
            added, rest = divmod(rest + ml * pulses, pulse_ml)
            start_us = t_s * US_PER_S - step_us
            times_us.extend(max(0, start_us + step_us * i // added) for i in range(1, added + 1))
        return times_us


def read_trace(path: str | os.PathLike[str]) -> Trace:
    """Read a trace file, plain or gzip (told apart by content, not by name).

    step_s becomes the smallest distance between consecutive rows, 1 if there is one row only.
    Raises TraceError if the file can't be read or breaks the format.
    """
    try:
        with open(path, "rb") as raw:
            lines = numbered_lines(path, raw)
            _check_header(path, lines)
            rows = _read_rows(path, lines)
    except OSError as err:
        raise TraceError(f"{path}: expected a readable file, got: {err.strerror or err}") from err
    step_s = min((after[0] - before[0] for before, after in pairwise(rows)), default=1)
    return Trace(rows, step_s)


def numbered_lines(path: str | os.PathLike[str], raw: BinaryIO) -> Lines:
    """Lines from 1 up without their line ends; broken gzip data raises TraceError."""
    packed = raw.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    raw.seek(0)
    source = io.BufferedReader(gzip.GzipFile(fileobj=raw)) if packed else raw
    number = 0
    try:
        for number, line in enumerate(source, 1):
            yield number, line.rstrip(b"\r\n")
    except (gzip.BadGzipFile, EOFError, zlib.error) as err:
        message = f"{path} line {number + 1}: expected intact gzip data, got: {err}"
        raise TraceError(message) from err


def _check_header(path: str | os.PathLike[str], lines: Lines) -> None:
    _, line = next(lines, (1, None))
    if line != HEADER:
        got = "an empty file" if line is None else shown(line)
        raise TraceError(f"{path} line 1: expected the header {HEADER.decode()}, got {got}")


def _read_rows(path: str | os.PathLike[str], lines: Lines) -> list[Row]:
    rows: list[Row] = []
    last_s = -1
    for number, line in lines:
        t_text, _, ml_text = line.partition(b",")
        if not (_is_count(t_text) and _is_count(ml_text)):
            if not line and all(not rest for _, rest in lines):
                break
            raise TraceError(f"{path} line {number}: {_complaint(line)}")
        t_s = int(t_text)
        if t_s <= last_s:
            raise TraceError(
                f"{path} line {number}: expected ascending t_s, got {t_s} after {last_s}"
            )
        rows.append((t_s, int(ml_text)))
        last_s = t_s
    if not rows:
        raise TraceError(f"{path} line 2: expected at least one row, got the end of the file")
    return rows


def _is_count(text: bytes) -> bool:
    # bytes.isdigit() takes ASCII digits only; int() alone would also take "1_0", " 1" and "+1".
    return text.isdigit() and len(text) <= MAX_DIGITS


def _complaint(line: bytes) -> str:
    """What is wrong with a row that isn't two counts."""
    if not line.isascii():
        return f"expected ASCII text, got {shown(line)}"
    fields = line.split(b",")
    if len(fields) != 2:
        return f"expected 2 columns, got {len(fields) if line else 'an empty line'}"
    name, field = next(
        (name, field)
        for name, field in zip(("t_s", "ml"), fields, strict=True)
        if not _is_count(field)
    )
    if field.startswith(b"-") and _is_count(field[1:]):
        return f"expected {name} of 0 or more, got {field.decode()}"
    return f"expected a whole number of at most {MAX_DIGITS} digits as {name}, got {shown(field)}"


def shown(text: bytes) -> str:
    """Text from the file, short and printable."""
    short = text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + b"..."
    return repr(short)[1:]
