"""The simulated board: each wake is a fresh MicroPython that runs the flashed tree.

Nothing survives in RAM that would not survive deep sleep. What does survive lies in files:
the flash tree, the journal partition and the retained memory.
"""

import copy
import json
import os
import select
import shutil
import struct
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from rill import operations as op
from rill.nursery import nursery
from rill.world import World

JOURNAL_BYTES = 1536 * 1024
_RETAINED_BYTES = 2048
_BOOT_US = 400_000  # facts: about 400 ms from wake to main.py on a plain ESP32
_RESTART_US = 50_000  # of the interpreter alone
# Of the heap, what the simulated board's own modules take in a report, and umqtt: on a chip they
# are no bytecode in memory. tests/host/test_wake_memory.py measures it.
BOARD_HEAP_BYTES = 39_400
_HANG_S = 20.0  # real seconds without a crossing: the firmware hangs, the watchdog bites
_OVER_BYTES = 0xFFFFFFFF  # as in board/border.py
_PIPES = ("3", "4")  # of requests and of answers, as the interpreter has them
_CAUSES = ("power_on", "reset", "watchdog", "timer", "button", "ulp", "restart")


@dataclass(frozen=True)
class Ending:
    """How a wake ended.

    kind: "sleep" for sleep_ms, "reset", "watchdog", "prompt" (main.py ended), or "over" when the
    world ended the run of a board that stays awake.
    """

    kind: str
    sleep_ms: int
    crossings: int
    heap_peak_bytes: int
    wall_ms: float


class Board:
    """One meter's board in a folder. hal: "ports" (the simulated board's own) or "chip"."""

    def __init__(
        self,
        folder: Path,
        image: Path,
        board: Path,
        world: World,
        *,
        hal="ports",
        heap_bytes=None,
        seed=0,
    ):
        self._world = world
        self._board = board
        self._hal = hal
        self.bad_blocks: list[int] = []  # of the flash, failed for good
        self.dumb_blocks: list[int] = []  # that can't be read
        self._heap_bytes = heap_bytes
        self.flash = folder / "vfs"
        self._retained = folder / "retained"
        self._journal = folder / "journal"
        self._console = folder / "console"
        # tmp*: what another process is just about to compile.
        shutil.copytree(image, self.flash, ignore=shutil.ignore_patterns("tmp*"))
        self._retained.write_bytes(Random(seed).randbytes(_RETAINED_BYTES))  # as after power-on
        self._journal.write_bytes(b"\xff" * JOURNAL_BYTES)

    def wake(
        self, cause: str, fuse: int = 0, scripts=("boot.py", "main.py"), cut: str = "-"
    ) -> Ending:
        """Run one wake, restarts of the interpreter included.

        fuse: the crossing of the border at which the board is reset, 0 never.

        cut: OPERATION:MODE:SEED of the flash at which it is (board/flash.py), "-" never.
        """
        self._world.begin_wake(_CAUSES.index(cause), _BOOT_US)
        began = time.perf_counter()
        crossings = heap_peak = operations = 0
        with open(self._console, "ab") as console:
            while True:
                left = fuse and fuse - crossings
                kind, sleep_ms, crossed, peak = self._serve(
                    left, _behind(operations, cut), scripts, console
                )
                crossings += crossed
                heap_peak = max(heap_peak, peak)
                operations += self._world.wear.operations
                if kind != "restart":
                    break
                self._world.cause = _CAUSES.index("restart")  # all around it goes on
                self._world.now_us += _RESTART_US
        self._world.wear.operations = operations
        return Ending(kind, sleep_ms, crossings, heap_peak, (time.perf_counter() - began) * 1000)

    def copied(self, folder: Path, world: World) -> "Board":
        """The board once more, in another folder that may exist, beside a copy of its world."""
        twin = copy.copy(self)
        twin._world = world
        shutil.rmtree(folder, ignore_errors=True)
        twin.flash = folder / "vfs"
        twin.flash.mkdir(parents=True)
        for path in self.flash.iterdir():
            if path.is_dir():
                (twin.flash / path.name).symlink_to(path.resolve())  # nothing writes there
            else:
                shutil.copy2(path, twin.flash / path.name)
        for path in self.flash.parent.iterdir():
            if path.is_file():
                shutil.copyfile(path, folder / path.name)
        twin._retained, twin._journal = folder / "retained", folder / "journal"
        twin._console = folder / "console"
        return twin

    def lose_power(self, seed: int) -> None:
        """What is left is the flash: its file systems and the non-volatile storage."""
        self._retained.write_bytes(Random(seed).randbytes(_RETAINED_BYTES))
        self._world.lose_power(seed)

    def spoil_retained(self, content: bytes) -> None:
        """Put something else into retained memory."""
        self._retained.write_bytes(content.ljust(_RETAINED_BYTES, b"\0")[:_RETAINED_BYTES])

    def retained(self) -> bytes:
        return self._retained.read_bytes()

    def nvs(self) -> dict[str, bytes]:
        """The non-volatile storage of the firmware."""
        path = Path(f"{self._retained}.nvs")
        blobs = json.loads(path.read_text()) if path.exists() else {}
        return {key.removeprefix("rill"): bytes.fromhex(blob) for key, blob in blobs.items()}

    def run(self, script: Path) -> str:
        """Run a script of ours on the board, in a heap that is large enough; what it printed."""
        size = self._console.stat().st_size if self._console.exists() else 0
        self._heap_bytes, limited = None, self._heap_bytes
        self.wake("timer", scripts=(str(script),))
        self._heap_bytes = limited
        return self._console.read_bytes()[size:].decode()

    def console(self) -> str:
        """All that was ever printed."""
        return self._console.read_text(errors="replace") if self._console.exists() else ""

    def console_end(self, lines: int = 20) -> str:
        return "\n".join(self._console.read_text(errors="replace").splitlines()[-lines:])

    def _serve(self, fuse, cut, scripts, console):
        request_read, request_write = os.pipe()
        answer_read, answer_write = os.pipe()
        output = console.fileno()
        process = nursery().begin(
            self._arguments(fuse, cut, scripts),
            self.flash,
            [output, output, request_write, answer_read],
        )
        os.close(request_write)
        os.close(answer_read)
        try:
            return _Conversation(self._world, request_read, answer_write).until_the_end()
        finally:
            nursery().end(process)
            os.close(request_read)
            os.close(answer_write)

    def _arguments(self, fuse, cut, scripts):
        size = self._heap_bytes and self._heap_bytes + BOARD_HEAP_BYTES
        heap = ["-X", f"heapsize={size}"] if size else []
        paths = [str(self._retained), str(self._journal)]
        board = str(self._board)
        start = str(self._board / "start.py")
        # MicroPython dies of an argument of more than 255 bytes.
        masks = [_mask(self.bad_blocks), _mask(self.dumb_blocks)]
        unkind = [str(fuse), cut, *masks]
        return [*heap, start, board, self._hal, *_PIPES, *paths, *unkind, *scripts]


def _behind(operations: int, cut: str) -> str:
    """The cut of a run before which there were so many operations of the flash."""
    if cut == "-":
        return cut
    operation, rest = cut.split(":", 1)
    return f"{int(operation) - operations}:{rest}"


def _mask(blocks: list[int]) -> str:
    return f"{sum(1 << block for block in set(blocks)):x}"


class _Conversation:
    """The requests of one wake, answered until it ends."""

    def __init__(self, world, request_fd, answer_fd):
        self._world = world
        self._request_fd = request_fd
        self._answer_fd = answer_fd
        self._crossings = 0
        self._heap_peak = 0
        self._wear: bytes | None = None

    def until_the_end(self):
        """(kind, sleep_ms, crossings, heap_peak_bytes)"""
        while True:
            kind, value = self._next()
            if kind:
                if self._wear:
                    self._world.wear.add(self._wear)
                return kind, value, self._crossings, self._heap_peak

    def _next(self):
        if not select.select([self._request_fd], [], [], _HANG_S)[0]:
            return "watchdog", 0
        head = self._read(13)
        if len(head) < 13:
            return "prompt", 0
        operation, size, value = struct.unpack("<BIq", head)
        data = self._read(size)
        if operation == op.DEEP_SLEEP_MS:
            return "sleep", value
        if operation in (op.RESET, op.FUSE):
            return "reset", 0
        if operation == op.OVER:
            return "over", 0
        if operation == op.RESTART:
            return "restart", 0
        if operation == op.CROSSINGS:
            self._crossings = value
            self._answer(0)
        elif operation == op.WEAR:
            self._wear = data  # told once more when a reset comes at the very end
            self._answer(0)
        elif operation == op.HEAP_PEAK:
            self._heap_peak = max(0, value - BOARD_HEAP_BYTES)
            self._answer(0)
        else:
            answer = self._world.answer(operation, value, data)
            if self._world.is_watchdog_due():
                return "watchdog", 0  # without an answer: nothing happens after the bite
            if self._world.is_over():
                os.write(self._answer_fd, struct.pack("<qI", 0, _OVER_BYTES))
            else:
                self._answer(answer)
        return None, 0

    def _answer(self, answer):
        if isinstance(answer, bytes):
            os.write(self._answer_fd, struct.pack("<qI", 0, len(answer)) + answer)
        else:
            os.write(self._answer_fd, struct.pack("<qI", answer, 0))

    def _read(self, size):
        data = b""
        while len(data) < size:
            more = os.read(self._request_fd, size - len(data))
            if not more:
                break
            data += more
        return data
