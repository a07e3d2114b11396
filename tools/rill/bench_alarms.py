"""What the look for leaks takes of a wake: the same days with it and without it."""

import shutil
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rill.bench_wakes import Read, chip_ms, read_of_flash
from rill.board_process import Board
from rill.bundle import bundle
from rill.household import household
from rill.image import BUNDLE, build, compile_file
from rill.simulate import Run, Settings

_DAYS = 4
_ROUNDS = 6
_START_MS = 375  # docs/energy.md: of a wake on a chip before its first line
_COMPUTING_MS = 250  # and with the look
# In the place of firmware/alarming.py; the product has no such switch.
_BLIND = """
class Alarming:
    def __init__(self, *arguments):
        pass
    def look(self, *arguments):
        pass
"""


class _Blind(Run):
    def _board(self, folder: Path) -> Board:
        return _blinded(super()._board(folder))


class _BlindRead(Read):
    def _board(self, folder: Path) -> Board:
        return _blinded(super()._board(folder))


def _blinded(board: Board) -> Board:
    with tempfile.TemporaryDirectory(prefix="rill-") as place:
        package = shutil.copytree(build() / "firmware", Path(place) / "firmware")
        source = Path(place) / "alarming.py"
        source.write_text(_BLIND)
        compile_file(source, package / "alarming.mpy")
        (board.flash / BUNDLE).write_bytes(bundle(package))
    return board


def look_for_leaks() -> Iterator[tuple[str, str]]:
    """Rows of the table: wakes that sample, in turn with and without, so that both meet the same
    machine.
    """
    wall_ms: dict[type[Run], list[float]] = {Run: [], _Blind: []}
    wakes: dict[type[Run], int] = {}
    heap: dict[type[Run], int] = {Run: 0, _Blind: 0}
    for _ in range(_ROUNDS):
        for kind, found in wall_ms.items():
            # Two or three of them report: that moves no median.
            run = kind(Settings(trace=household(1, _DAYS), days=_DAYS, report_s=86400))
            run.result()
            found += [ending.wall_ms for ending in run.endings]
            wakes[kind] = len(run.endings)
            peaks = sorted(ending.heap_peak_bytes for ending in run.endings)
            heap[kind] = max(heap[kind], peaks[len(peaks) * 9 // 10])
    with_ms, without_ms = (statistics.median(found) for found in wall_ms.values())
    yield "sampling wake without a look for leaks, ms", f"{without_ms:.1f}"
    computing_ms = _COMPUTING_MS * without_ms / with_ms, _COMPUTING_MS
    more_percent = 100 * (with_ms / without_ms - 1)
    yield "  with it, ms, and how much more", f"{with_ms:.1f}, {more_percent:.0f} %"
    yield f"  wakes in {_DAYS} days without, with", f"{wakes[_Blind]}, {wakes[Run]}"
    without_read, with_read = read_of_flash(_BlindRead()), read_of_flash(Read())
    for kind in ("sampling", "counting"):
        flash_ms = [chip_ms(*found[kind]) for found in (without_read, with_read)]
        whole_ms = [_START_MS + sum(parts) for parts in zip(flash_ms, computing_ms, strict=True)]
        for what, (before_ms, now_ms) in (("of its flash", flash_ms), ("whole", whole_ms)):
            row = f"{before_ms:.0f}, {now_ms:.0f}, {100 * (now_ms / before_ms - 1):.1f} %"
            yield f"  {kind} wake on a chip, {what}, without, with, ms", row
    yield "  heap peak without, with, bytes", f"{heap[_Blind]:,}, {heap[Run]:,}"
