"""Edge files: CSV, plain or gzip, with the header `t_us,level`, ascending."""

import csv
import gzip
from pathlib import Path


def read_edges(path: str | Path) -> list[tuple[int, int]]:
    """(t_us, level after the edge) of each row."""
    path = Path(path)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", newline="") as file:
        rows = csv.reader(file)
        if next(rows, None) != ["t_us", "level"]:
            raise ValueError(f"{path}: the header is not t_us,level")
        return [(int(t_us), int(level)) for t_us, level in rows]
