"""`rill pull`: the readings and events of a meter's journal, onto a laptop."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from rill.cable.port import Port
from rill.cable.prompt import DeviceError, PortError
from rill.cable.pull_side import PULL, unescaped
from rill.cable.pulled import Database, Files
from rill.cable.reaching import reached, resetting
from rill.cable.stored_frames import SALTS, FrameError, opened, split

_SILENCE_S = 60.0  # a damaged journal is searched byte by byte
_AGAIN = "what has come is kept: `rill pull` again, it continues"
_PLUG_IN = f"Plug it in; {_AGAIN}"


class NotWhole(Exception):
    """What came is not all, or not what lies in the journal."""


def add_parser(commands) -> None:
    pull = commands.add_parser("pull", help="the journal of a meter at a cable, as CSV or SQLite")
    pull.set_defaults(command=_command)
    add = pull.add_argument
    add("port", nargs="?", metavar="PORT", help="default: the only one")
    where = pull.add_mutually_exclusive_group()
    where.add_argument("--to", type=Path, default=Path(), metavar="DIR",
        help="for JOURNAL.readings.csv and JOURNAL.events.csv (default: here)")  # fmt: skip
    where.add_argument("--db", metavar="FILE|URL", help="into a database of `rill collect`")
    add("--json", action="store_true", help="print one JSON object and nothing else")


def _command(options: argparse.Namespace) -> int:
    if not options.to.is_dir():
        raise PortError(f"{options.to} is no directory: mkdir -p {options.to}")
    if options.db and "://" not in options.db and not Path(options.db).parent.is_dir():
        raise PortError(f"there is no directory for {options.db}")
    with reached(options.port, again=_PLUG_IN) as port:
        shows = not options.json and sys.stderr.isatty()
        numbers = pull(port, options.to, options.db, shows)
    print(json.dumps(numbers) if options.json else _summary(numbers))
    return 1 if any(numbers[name]["damaged"] for name in SALTS) else 0


def pull(port: Port, folder: Path, database: str | None = None, shows: bool = False) -> dict:
    """From an open port, at its prompt; what `rill pull --json` prints. The meter goes on.

    What is there already is continued. database: instead of CSV files in the folder. shows: a bar
    on the terminal. Raises PortError, NotWhole, StoreError.
    """
    with resetting(port, _PLUG_IN):
        port.enter(soft_reset=True)
        try:
            return _pulled(port, folder, database, shows)
        except DeviceError as error:
            raise PortError(
                f"its journal can't be read: {error}. `rill doctor {port.path}` says what is there"
            ) from error


def _pulled(port: Port, folder: Path, database: str | None, shows: bool) -> dict:
    port.define(PULL)
    journal, device, offset_ml, spans = port.value("_open()", timeout_s=_SILENCE_S)
    found = {"port": port.path, "device": device, "journal": journal}
    to = (Database, database, device, journal, offset_ml) if database else (Files, folder, journal)
    with to[0](*to[1:]) as target, _bar(shows) as bar:
        for stream, span in zip(SALTS, spans, strict=True):
            found[stream] = _stream(port, stream, span, target, bar)
        return found | target.numbers()


def _bar(shows: bool) -> Bar:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    return Bar(*columns, TimeRemainingColumn(), console=console, disable=not shows, transient=True)


def _stream(port: Port, stream: str, span: tuple[int, int], target, bar: Bar) -> dict:
    taken = _Taken(stream, target)
    ranges = target.wanted(stream, *span)
    task = bar.add_task(stream, total=sum(last - first + 1 for first, last in ranges))
    taken.came = lambda: bar.advance(task)
    for first, last in ranges:
        before, taken.told = taken.count, None
        port.exec(f"_pull({stream!r}, {first}, {last})", _SILENCE_S, taken.take)
        if taken.told != taken.count - before:
            raise NotWhole(
                f"{taken.count - before} {stream} came, and the meter sent {taken.told}: {_AGAIN}"
            )
    return {
        "new": taken.count - target.done(stream),
        "unknown": taken.unknown,
        "first_seq": span[0],
        "last_seq": span[1],
        "damaged": taken.damaged,
    }


class _Taken:
    """What comes of a stream, verified frame by frame. told: the meter's own count of a range.

    came(): is called for each.
    """

    came: Callable[[], None]

    def __init__(self, stream: str, target):
        self._stream, self._target = stream, target
        self._last = 0
        self._rest = bytearray()
        self.count = self.unknown = self.damaged = 0
        self.told: int | None = None

    def take(self, data: bytes) -> None:
        self._rest += data.replace(b"\x04", b"")
        *lines, behind = bytes(self._rest).split(b"\n")
        self._rest[:] = behind
        for line in lines:
            line = line.rstrip(b"\r")
            words = line.split()
            if line.startswith(b"="):
                for frame in split(unescaped(line[1:])):
                    self._frame(frame)
            elif words[:1] == [b"end"] and len(words) == 3:
                self.told = int(words[1])
                self.damaged += int(words[2])

    def _frame(self, frame: bytes) -> None:
        try:
            seq, body = opened(frame, SALTS[self._stream])
        except FrameError as error:
            raise NotWhole(f"what came over the cable is damaged: {error}; {_AGAIN}") from error
        if seq <= self._last:
            raise NotWhole(f"number {seq} of the {self._stream} came behind {self._last}")
        self._last, self.count = seq, self.count + 1
        self.unknown += not self._target.take(self._stream, seq, body)
        self.came()


def _summary(numbers: dict) -> str:
    where = repr(numbers["db"]) if "db" in numbers else " and ".join(numbers["files"])
    lines = [f"{numbers['device']}, journal {numbers['journal']}, into {where}"]
    for name in SALTS:
        found = numbers[name]
        lines.append(f"{found['new']} new {name}, up to number {found['last_seq']}")
        if found["unknown"]:
            lines.append(f"{found['unknown']} of them are of a newer firmware, and left out")
        if found["damaged"]:
            lines.append(f"{found['damaged']} stretches of the {name} are damaged")
    if numbers.get("conflicts"):
        lines.append(f"{numbers['conflicts']} came that say something else there: the first stays")
    return "\n".join(lines)
