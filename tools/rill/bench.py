"""`make bench`: what this tree costs, as a table. Times are of this machine, not of an ESP32."""

import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from rill.bench_alarms import look_for_leaks
from rill.bench_collect import collected
from rill.bench_payload import payload_sizes
from rill.bench_pull import pull_rows
from rill.bench_wakes import flash_rows
from rill.board_process import Board
from rill.household import household
from rill.image import build, build_board
from rill.modem.models import MODELS
from rill.pulses import EdgeRun, load
from rill.simulate import Run, Settings, SimulationError
from rill.verdict import is_sound
from rill.world import World

_DAYS = 7
_HEAP_STEP_BYTES = 4_000
_APPENDS = 200
_FRAME_BYTES = 52
_APPEND = """
import utime
from firmware.app import open_store
from firmware.hal.nvs import Nvs
from firmware.storage.checkpoint import Vault
store = open_store(Vault(Nvs()))
body = bytes(42)
times = []
for n in range({appends}):
    began = utime.ticks_us()
    store.readings.append(body)
    times.append(utime.ticks_diff(utime.ticks_us(), began))
times.sort()
print("append", times[len(times) // 2], times[-1])
"""


# 10,000 readings with room for quality columns, in segments as the meter would have written them.
_FILL = """
from firmware.app import open_store
from firmware.hal.nvs import Nvs
from firmware.storage import frame
from firmware.storage.checkpoint import Vault
store = open_store(Vault(Nvs()))
body = b"\\x02" + bytes(71)
each = 196252 // (len(body) + 10)
for first in range(1, 10001, each):
    last = min(first + each, 10001)
    folder = store.files.folder("full" if last < 10001 else "readings")
    for seq in range(first, last, 100):
        part = [frame.wrap(n, body) for n in range(seq, min(seq + 100, last))]
        folder.append("r%08x" % first, b"".join(part))
"""
_CUT = """
from firmware.app import open_store
from firmware.hal.nvs import Nvs
from firmware.storage.checkpoint import Vault
store = open_store(Vault(Nvs()))
while True:
    store.readings.append(bytes(72))
"""
_OPEN = """
import gc, utime
from border import border
from firmware.app import open_store
from firmware.hal.nvs import Nvs
from firmware.storage.checkpoint import Vault
from firmware.storage.reader import Reader
read = [0]
plain = border.flash.readblocks
def readblocks(block, buffer, offset=0):
    read[0] += len(buffer)
    plain(block, buffer, offset)
border.flash.readblocks = readblocks
gc.collect()
gc.threshold(16384)
before, began, most = gc.mem_alloc(), utime.ticks_us(), 0
store = open_store(Vault(Nvs()))
opened_us = utime.ticks_diff(utime.ticks_us(), began)
store.readings.append(bytes(72))
appended = read[0]
began = utime.ticks_us()
reader = Reader(store.readings, 5000)
for _ in range(20):
    reader.advance()
    most = max(most, gc.mem_alloc() - before)
batch_us = utime.ticks_diff(utime.ticks_us(), began)
print("opened", opened_us, appended, batch_us, most)
"""


def main() -> None:
    """Measure and print."""
    table = Table("figure", "value", title="Rill on this machine")
    for name, value in (
        *_simulated(),
        *flash_rows(),
        *look_for_leaks(),
        *payload_sizes(),
        *_links(),
        *_coprocessor(),
        *_append(),
        *_opened(),
        *_heap(),
        *_sizes(),
        *collected(),
        *pull_rows(),
    ):
        table.add_row(name, value)
    Console(width=80).print(table)


def _simulated():
    run = Run(Settings(trace=household(1, _DAYS), days=_DAYS))
    n = run.result()
    reporting = [e for i, e in enumerate(run.endings) if i % 6 == 0]
    sampling = [e for i, e in enumerate(run.endings) if i % 6]
    for kind, endings in (("sampling", sampling), ("reporting", reporting)):
        wall_ms = [ending.wall_ms for ending in endings]
        yield f"{kind} wake, ms (median, p90)", _pair(wall_ms)
        yield f"{kind} wake, heap peak bytes", f"{max(e.heap_peak_bytes for e in endings):,}"
    yield "payload bytes per record", str(n["bytes_per_record"])
    programmed = n["flash_programmed_per_day"] * n["days"]
    frames = n["records_stored"] * _FRAME_BYTES
    yield (
        "flash a day: bytes programmed, blocks erased",
        _two(n["flash_programmed_per_day"], n["flash_erased_per_day"]),
    )
    yield "write amplification of readings", f"{programmed / frames:.0f}"
    yield "years to 100,000 erases of the most-worn block", str(n["flash_years"])
    yield "bytes on the socket per record", f"{n['bytes_published'] / n['records_unique']:.1f}"


def _links():
    """What a report takes over each modem in good coverage, and at its edge."""
    for model in sorted(MODELS):
        for ecl in (0, 2):
            n = Run(Settings(trace=household(1, 2), days=2, link=model, ecl=ecl)).result()
            modem, reports = n["modem"], len(n["modem"]["sessions"])
            yield (
                f"{model}, ECL{ecl}: a report, bytes up and down, bursts",
                f"{modem['bytes_up'] // reports}, {modem['bytes_down'] // reports}, "
                f"{modem['bursts'] / reports:.1f}",
            )
            radio_s = modem["radio_s"]
            yield (
                "  search, connected, tail, s; J with power saving",
                ", ".join(
                    f"{radio_s[phase] / reports:.1f}" for phase in ("search", "connected", "tail")
                )
                + f"; {modem['joules'] / reports:.1f}",
            )


def _pair(values: list[float]) -> str:
    ordered = sorted(values)
    return f"{statistics.median(ordered):.1f}, {ordered[len(ordered) * 9 // 10]:.1f}"


def _append():
    with tempfile.TemporaryDirectory(prefix="rill-") as folder:
        script = Path(folder) / "append.py"
        script.write_text(_APPEND.format(appends=_APPENDS))
        board = Board(Path(folder), build(), build_board(), World([]))
        line = next(x for x in board.run(script).splitlines() if x.startswith("append"))
    median_us, most_us = map(int, line.split()[1:])
    yield "journal append, us (median, most)", f"{median_us}, {most_us}"


def _opened():
    with tempfile.TemporaryDirectory(prefix="rill-") as folder:
        board = Board(Path(folder), build(), build_board(), World([]))
        scripts = []
        for name, text in (("fill", _FILL), ("cut", _CUT), ("open", _OPEN)):
            scripts.append(Path(folder) / f"{name}.py")
            scripts[-1].write_text(text)
        board.run(scripts[0])
        board.wake("timer", scripts=(str(scripts[1]),), cut="90:torn:1")
        lines = board.run(scripts[2]).splitlines()
    line = next(line for line in lines if line.startswith("opened"))
    opened_us, appended, batch_us, heap = map(int, line.split()[1:])
    yield "10,000 readings, opened after a cut, us", str(opened_us)
    yield "  bytes read for mount, open and append", f"{appended:,}"
    yield "  first batch of 20 without a hint, us", str(batch_us)
    yield "  heap for all of it, garbage included", f"{heap:,}"


def _two(first, second) -> str:
    return f"{first:,}, {second:,}"


def _heap():
    """The smallest heap with which a day passes: what the firmware really needs."""
    heap_bytes = 200_000
    settings = Settings(trace=household(1, 1), days=1, heap_bytes=heap_bytes)
    run = Run(settings)
    run.result()
    wakes = len(run.endings)
    while heap_bytes > 0:
        try:
            smaller = replace(settings, heap_bytes=heap_bytes - _HEAP_STEP_BYTES)
            run = Run(smaller)
            if not is_sound(run.result(), settings.pulse_ml) or len(run.endings) > wakes:
                break
        except SimulationError:
            break
        heap_bytes -= _HEAP_STEP_BYTES
    yield "smallest heap that does, bytes", f"{heap_bytes:,}"


def _coprocessor():
    run = EdgeRun(load({}).fresh())
    run.to(100_000_000)
    n = run.numbers()
    yield "coprocessor at rest: polls a second", str(n["polls_per_s"])
    yield "coprocessor at rest: cycles of a poll", str(n["cycles_per_poll_idle"])
    yield "coprocessor at rest: uA, sleep included", str(n["ulp_ua_estimate"])
    yield "coprocessor: program, bytes of 2040", str(n["program_bytes"])


def _sizes():
    image = build()
    files = [path for path in image.rglob("*") if path.suffix in (".py", ".mpy")]
    yield "image, bytes in files", f"{sum(p.stat().st_size for p in files):,} in {len(files)}"


if __name__ == "__main__":
    main()
