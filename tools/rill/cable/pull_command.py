"""`rill pull`: the readings and events of a meter's journal, onto a laptop as CSV."""

import argparse
import base64
import binascii
import csv
import json
from io import StringIO
from pathlib import Path

from rill.cable.port import RESET, Port
from rill.cable.prompt import DeviceError, PortError
from rill.cable.reaching import reached
from rill.cable.stored_frames import COLUMNS, SALTS, FrameError, opened, row

_SILENCE_S = 60.0  # a damaged journal is searched byte by byte
_PULL = """
def _store():
    from firmware import app
    from firmware.hal.nvs import Nvs
    from firmware.storage.checkpoint import Vault
    return app.open_store(Vault(Nvs()))
def _pull(name, seq):
    from binascii import b2a_base64
    from firmware.storage.reader import Reader
    r, n = Reader(getattr(_store(), name), seq), 0
    while r.advance():
        print("=", b2a_base64(r.frame).decode().strip())
        n += 1
    print("end", n, r.skipped)
"""


class NotWhole(Exception):
    """What came is not all, or not what lies in the journal."""


def add_parser(commands) -> None:
    pull = commands.add_parser("pull", help="the journal of a meter at a cable, as CSV")
    pull.set_defaults(command=_command)
    add = pull.add_argument
    add("port", nargs="?", metavar="PORT", help="default: the only one")
    add("--to", type=Path, default=Path(), metavar="DIR",
        help="for JOURNAL.readings.csv and JOURNAL.events.csv (default: here)")  # fmt: skip
    add("--json", action="store_true", help="print one JSON object and nothing else")


def _command(options: argparse.Namespace) -> int:
    if not options.to.is_dir():
        raise PortError(f"{options.to} is no directory: mkdir -p {options.to}")
    with reached(options.port) as port:
        numbers = pull(port, options.to)
    print(json.dumps(numbers) if options.json else _summary(numbers))
    return 1 if any(numbers[name]["damaged"] for name in SALTS) else 0


def pull(port: Port, folder: Path) -> dict:
    """From an open port, at its prompt; what `rill pull --json` prints. The meter goes on.

    A file that is there is continued behind its last line. Raises PortError, NotWhole.
    """
    try:
        port.enter(soft_reset=True)
        port.define(_PULL)
        journal = port.value("_store().id_text", timeout_s=_SILENCE_S)
        found = {"port": port.path, "journal": journal}
        for stream in SALTS:
            found[stream] = _stream(port, stream, folder / f"{journal}.{stream}.csv")
    except DeviceError as error:
        raise PortError(
            f"its journal can't be read: {error}. `rill doctor {port.path}` says what is there"
        ) from error
    finally:
        port.leave(RESET)
    return found


def _stream(port: Port, stream: str, path: Path) -> dict:
    last = continued(path, COLUMNS[stream])
    taken = _Taken(stream, path, last)
    with taken.file:
        port.exec(f"_pull({stream!r}, {last + 1})", _SILENCE_S, taken.take)
    if taken.told != taken.count:
        raise NotWhole(
            f"{taken.count} {stream} came, and the meter sent {taken.told}: what is in {path} is"
            " right; `rill pull` again, it continues"
        )
    return {"file": str(path), "new": taken.count, "unknown": taken.unknown,
            "last_seq": taken.last, "damaged": taken.damaged}  # fmt: skip


class _Taken:
    """What comes of a stream, verified and written line by line. told: the meter's own count."""

    def __init__(self, stream: str, path: Path, last: int):
        self._stream, self.last = stream, last
        self.file = path.open("a", newline="")
        self._rest = bytearray()
        self.count = self.unknown = self.damaged = 0
        self.told: int | None = None

    def take(self, data: bytes) -> None:
        self._rest += data.replace(b"\x04", b"")
        while b"\n" in self._rest:
            line, _, behind = bytes(self._rest).partition(b"\n")
            self._rest[:] = behind
            words = line.decode(errors="replace").split()
            if words[:1] == ["="]:
                self._frame(words[-1])
            elif words[:1] == ["end"] and len(words) == 3:
                self.told, self.damaged = int(words[1]), int(words[2])

    def _frame(self, text: str) -> None:
        try:
            seq, body = opened(base64.b64decode(text, validate=True), SALTS[self._stream])
        except (FrameError, binascii.Error) as error:
            raise NotWhole(f"what came over the cable is damaged: {error}; try again") from error
        if seq <= self.last:
            raise NotWhole(f"number {seq} of the {self._stream} came behind {self.last}")
        values = row(self._stream, seq, body)
        self.last, self.count = seq, self.count + 1
        if values is None:
            self.unknown += 1
        else:
            csv.writer(self.file, lineterminator="\n").writerow(values)


def continued(path: Path, columns: tuple[str, ...]) -> int:
    """The last sequence number of a file; one that is not there is begun, a torn line removed."""
    head = ",".join(columns) + "\n"
    if not path.exists() or not path.stat().st_size:
        path.write_text(head)
        return 0
    text = path.read_text()
    if not text.startswith(head):
        raise PortError(f"{path} is no file of `rill pull`: its first line is not {head.strip()}")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole)
    rows = list(csv.reader(StringIO(whole)))[1:]
    return int(rows[-1][0]) if rows else 0


def _summary(numbers: dict) -> str:
    lines = []
    for name in SALTS:
        found = numbers[name]
        lines.append(
            f"{found['new']} new {name}, up to number {found['last_seq']}: {found['file']}"
        )
        if found["unknown"]:
            lines.append(f"{found['unknown']} of them are of a newer firmware, and left out")
        if found["damaged"]:
            lines.append(f"{found['damaged']} stretches of the {name} are damaged")
    return "\n".join(lines)
