"""Edge files: CSV, plain or gzip, ascending, with the header `t_us,level` or `t_us,ch,level`."""

import csv
import gzip
import zlib
from pathlib import Path

_HEADERS = {("t_us", "level"): False, ("t_us", "ch", "level"): True}
_GZIP_MAGIC = b"\x1f\x8b"
_END_US = 10**14


def read_edges(path: str | Path) -> list[tuple[int, int]]:
    """(t_us, level after the edge) of each row of a file of one line; ValueError."""
    channels = read_channels(path)
    if set(channels) - {0}:
        raise ValueError(f"{path}: the file has more than one line")
    return channels.get(0, [])


def read_channels(path: str | Path) -> dict[int, list[tuple[int, int]]]:
    """Edges by the number of the line, 0 in a file without a column for it.

    OSError, or ValueError, which names the file and the row that is wrong.
    """
    try:
        return _read(Path(path))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{path}: not sound gzip data: {error}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path}: not a text") from None


def _read(path: Path) -> dict[int, list[tuple[int, int]]]:
    with open(path, "rb") as file:
        opener = gzip.open if file.read(2) == _GZIP_MAGIC else open
    channels: dict[int, list[tuple[int, int]]] = {}
    with opener(path, "rt", newline="") as file:
        rows = csv.reader(file)
        header = tuple(next(rows, ()))
        if header not in _HEADERS:
            raise ValueError(f"{path}: the header is neither t_us,level nor t_us,ch,level")
        has_channel, last_us = _HEADERS[header], 0
        for number, row in enumerate(rows, 2):
            try:
                values = [int(text) for text in row]
                t_us, channel, level = values if has_channel else (values[0], 0, *values[1:])
            except ValueError:
                raise ValueError(f"{path} line {number}: {','.join(row)!r} is no row") from None
            if not last_us <= t_us < _END_US or level not in (0, 1) or channel not in (0, 1):
                raise ValueError(
                    f"{path} line {number}: times must ascend to three years at the most, lines"
                    " and levels be 0 or 1"
                )
            last_us = t_us
            channels.setdefault(channel, []).append((t_us, level))
    return channels
