"""What is on a board, and whether firmware may go onto it."""

import ast
import struct
from dataclasses import dataclass

from rill.cable.board_side import FIND_OUT
from rill.cable.prompt import Prompt
from rill.image import ROOT, boards

OLDEST_IMAGE = (1, 26, 1)  # the first with PCNT, Counter and the present PPP
_MOST_BYTES = 800  # of a script that board_side.py reads
_SCRIPTS = ("boot.py", "main.py")
# What is in them when they are ours, of any version.
_MARKS = {"boot.py": b"Where the firmware is:", "main.py": b"from firmware.app import run"}
_DIRECTORIES = ("a", "b")
_BOARDS = "firmware.boards."
_OTHER_CHIPS = ("S2", "S3", "C2", "C3", "C5", "C6", "H2", "P4")  # as in firmware/hal/chip.py
_MAGIC = b"Rill"


class Refused(Exception):
    """Nothing is done to this board; the message says why, and what would help."""


@dataclass(frozen=True)
class Found:
    """names: in the root. place: the pointer file, None without. whole: what each directory has
    been verified as. boot, main, pointer: what boot.py, main.py and board.py begin with. blocks
    and free_blocks of the file system.
    """

    platform: str
    interpreter: str
    image: tuple[int, int, int]
    machine: str
    names: tuple[str, ...]
    place: str | None
    whole: dict[str, str | None]
    boot: bytes | None
    main: bytes | None
    pointer: bytes | None
    block_bytes: int
    blocks: int
    free_blocks: int
    journal_format: int | None

    @property
    def chip(self) -> str:
        model = self.machine.split(" with ")[-1].replace("-", "")
        family = model.removeprefix("ESP32")[:2]
        return "ESP32" + family if family in _OTHER_CHIPS else "ESP32"

    @property
    def is_settled(self) -> bool:
        """True when the pointer names a directory that has proved itself."""
        return self.place in _DIRECTORIES and self.whole[self.place or ""] is not None

    @property
    def running(self) -> str | None:
        """The directory that the board falls back to: "" the root, None: there is none."""
        if self.is_settled:
            return self.place
        whole = [name for name in _DIRECTORIES if self.whole[name] is not None]
        on_trial = (self.place or "")[:1]
        for name in whole:
            if name != on_trial:
                return name
        if "firmware" in self.names:
            return ""
        return whole[0] if whole else None

    @property
    def target(self) -> str:
        """The directory that an update goes to: never the one that the board falls back to."""
        return "b" if self.running == "a" else "a"

    @property
    def version(self) -> str | None:
        """Of the firmware that runs; None when rill did not put it there."""
        content = self.whole.get(self.running or "")
        return content.split()[0] if content else None

    @property
    def has_meter(self) -> bool:
        """True when it is this firmware, or the rest of it."""
        ours = "firmware" in self.names or any(self.whole.values()) or self.place is not None
        return ours and not _is_other("main.py", self.main)

    @property
    def lacks(self) -> tuple[str, ...]:
        """Which of boot.py and main.py a meter needs and has not, or only an idle one."""
        needed = _SCRIPTS[1:] if self.running == "" else _SCRIPTS
        there = dict(zip(_SCRIPTS, (self.boot, self.main), strict=True))
        return tuple(name for name in needed if _is_idle(name, there[name]))

    @property
    def others(self) -> tuple[str, ...]:
        """What is on it that is somebody else's: boot.py or main.py when they are not ours, and
        files, when there is nothing of a meter.
        """
        there = zip(_SCRIPTS, (self.boot, self.main), strict=True)
        scripts = [name for name, script in there if _is_other(name, script)]
        names = {name.removesuffix(".new") for name in self.names} - set(_SCRIPTS)
        if self.has_meter:
            names = set()
        elif names & _BEGUN:
            names -= _BEGUN | _KEPT
        return (*scripts, *sorted(names))

    @property
    def has_other_program(self) -> bool:
        return bool(self.others)

    @property
    def board_fault(self) -> str:
        """Why board.py is no board of this version; "": it is one, or somebody's own."""
        if self.pointer is None or len(self.pointer) >= _MOST_BYTES:
            return ""
        try:
            body = ast.parse(self.pointer).body
        except (SyntaxError, ValueError):
            return "board.py is damaged"
        for node in body:
            for path in _imported(node):
                name = path.removeprefix(_BOARDS).partition(".")[0]
                if path.startswith(_BOARDS) and name not in boards():
                    return f"board.py names {name}, which is no board of this version"
        return "" if b"board" in self.pointer else "board.py has no board in it"


# What a deployment leaves that was interrupted before anything pointed at it; and what is a
# meter's beside that, but alone may be anybody's.
_BEGUN = {"a", "b", "board.py", "trial.mpy", "place", "firmware.bundle"}
_KEPT = {"config.json", "journal", "lib", "restoring", "erasing",
         "command.key", "broker.der", "client.der", "client.key"}  # fmt: skip


def _is_idle(name: str, script: bytes | None) -> bool:
    """True when there is nothing in it that runs, as in the boot.py of a new board, or in one of
    ours that was copied only in part.
    """
    if script is None or _begins_ours(name, script):
        return True
    try:
        body = ast.parse(script).body
    except (SyntaxError, ValueError):
        return False
    return not any(not isinstance(one, ast.Expr) or not _is_text(one.value) for one in body)


def _imported(node: ast.stmt) -> list[str]:
    """What it imports, with the modules on the way."""
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{one.name}" for one in node.names]
    return []


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _begins_ours(name: str, script: bytes) -> bool:
    return _MARKS[name] not in script and (ROOT / name).read_bytes().startswith(script)


def _is_other(name: str, script: bytes | None) -> bool:
    return not _is_idle(name, script) and _MARKS[name] not in (script or b"")


def find_out(board: Prompt) -> Found:
    """Ask a board at its prompt."""
    board.define(FIND_OUT)
    (platform, interpreter, image, machine, names, place, whole_a, whole_b, boot, main, pointer,
     block_bytes, blocks, free_blocks, journal) = board.value("_found()")  # fmt: skip
    format_number = None
    if journal and len(journal) == 6 and journal.startswith(_MAGIC):
        (format_number,) = struct.unpack("<H", journal[4:])
    return Found(
        platform,
        interpreter,
        image,
        machine,
        tuple(name for name, _ in names),
        _text(place),
        {"a": _text(whole_a), "b": _text(whole_b)},
        boot,
        main,
        pointer,
        block_bytes,
        blocks,
        free_blocks,
        format_number,
    )


def check(found: Found, force: bool = False) -> None:
    """Raises Refused. force: another program may be replaced, another chip is taken."""
    if found.interpreter != "micropython" or found.platform != "esp32":
        raise Refused(
            f"this is {found.interpreter} on {found.platform} ({found.machine}), and not"
            " MicroPython on an ESP32: no firmware of ours runs there"
        )
    if found.image < OLDEST_IMAGE:
        raise Refused(
            f"the image is MicroPython {dotted(found.image)}, and {dotted(OLDEST_IMAGE)} is the"
            " oldest that works: `rill flash` puts a newer one onto it"
        )
    known = journal_format()
    if found.journal_format is not None and found.journal_format > known:
        raise Refused(
            f"its journal has format {found.journal_format}, and this firmware knows {known}:"
            " it was written by a newer version, so deploy that one or a newer one"
        )
    if force:
        return
    if found.chip != "ESP32":
        raise Refused(
            f"this is an {found.chip}, which has another coprocessor and counts only while it is"
            " awake, with an electronic sensor (`pulse_sensor` `hall`). --force if that is meant"
        )
    if found.has_other_program:
        raise Refused(
            f"another program is on this board: {described(found)}. Nothing was touched;"
            " --force replaces its boot.py and main.py"
        )


def described(found: Found) -> str:
    """What lies on a board that is no meter."""
    shown = ", ".join(sorted(found.names)[:8]) or "no files"
    for name, script in zip(_SCRIPTS, (found.boot, found.main), strict=True):
        if name in found.others:
            lines = (script or b"").decode(errors="replace").splitlines()
            first = next((line for line in lines if line.strip() and line[0] != "#"), "")
            shown += f"; {name} begins {first.strip()[:60]!r}"
    return shown


def dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


def journal_format() -> int:
    """That this tree's firmware knows."""
    source = (ROOT / "firmware" / "storage" / "layout.py").read_text()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FORMAT":
            return ast.literal_eval(node.value.args[0])  # type: ignore[attr-defined]
    raise LookupError("no FORMAT in firmware/storage/layout.py")


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode(errors="replace")
