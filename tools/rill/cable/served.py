"""A simulated board at the end of a cable, in real time: what `rill board` is, and tests use."""

import os
import select
import threading
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from random import Random

from rill import operations as op
from rill.board_process import JOURNAL_BYTES
from rill.cable.files import VFS_BYTES, flash_with
from rill.cable.life import Life
from rill.cable.line import Line
from rill.image import build_board
from rill.world import World

_RETAINED_BYTES = 2048
_CAUSES = ("power_on", "reset", "watchdog", "timer", "button", "ulp", "restart")
_BOOT_US = 400_000
# What the bootloader in the ROM says first, at 115200 baud.
_BOOT_LINES = {
    "power_on": b"rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)",
    "reset": b"rst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)",
    "watchdog": b"rst:0x8 (TG1WDT_SYS_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)",
}
_DEEP_SLEEP_LINE = b"rst:0x5 (DEEPSLEEP_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)"
_STEP_S = 0.02
_ALL = 1 << 20  # bytes
MACHINE = "Generic ESP32 module with ESP32"


class ServedBoard:
    """folder keeps its flash and memory; a new one has the files of `image` on its flash.

    path: the port, another one after unplug(). In a thread of its own between start() and close();
    what the methods ask for has happened when they return.

    version, machine, platform: what its image says of itself. has_partition: for the journal.
    """

    def __init__(
        self,
        folder: Path,
        image: Path | None = None,
        *,
        world: World | None = None,
        line: Line | None = None,
        version: str = "1.28.0",
        machine: str = MACHINE,
        platform: str = "esp32",
        has_partition: bool = True,
        vfs_bytes: int = VFS_BYTES,
    ):
        self.folder = folder.resolve()  # the interpreter runs in it
        self.line = line or Line()
        self.world = world or World(array("Q"))
        self._identity = (platform, machine, version)
        self._banner = f"MicroPython v{version} on 2026-04-06; {machine}".encode()
        self._has_partition = has_partition
        self._modules = build_board()
        self.vfs = self.folder / "vfs"
        self._make_new(image, vfs_bytes)
        self.resets: list[str] = []  # the causes of all boots
        self.flash_acts = 0  # of vfs
        self._cut: tuple[int, int] | None = None
        self._life: Life | None = None
        self._asleep_until_us: int | None = None
        self._real_s = time.monotonic()
        self._due_us: int | None = None  # when a sleep of the firmware's is over
        self._requests: list[tuple[Callable[[], None], threading.Event]] = []
        self._bell, self._button = os.pipe()
        self._thread: threading.Thread | None = None
        self._is_over = False
        self.failure: BaseException | None = None
        self._changed = threading.Condition()

    @property
    def path(self) -> str:
        """Of the port."""
        return self.line.path

    def start(self) -> "ServedBoard":
        """Give it power."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def close(self) -> None:
        self._do(self._end)
        if self._thread:
            self._thread.join()
        self.line.close()
        os.close(self._bell)
        os.close(self._button)

    def __enter__(self) -> "ServedBoard":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def press_button(self) -> None:
        """Of the board: it wakes from deep sleep."""
        self._do(lambda: self._begin("button") if self.is_asleep() else None)

    def pass_time(self, seconds: int) -> None:
        """The world's time goes on by so much at once; a sleep may be over then."""
        self._do(lambda: self._pass(seconds * 1_000_000))

    def reset(self, cause: str = "reset") -> None:
        """By its button EN, or "power_on": retained memory is noise then."""
        self._do(lambda: self._reset(cause))

    def unplug(self) -> None:
        """Pull the cable; it goes on by itself, and `path` is where it is plugged in again."""
        self._do(self.line.unplug)

    def cut(self, acts: int, where: str = "before") -> None:
        """Reset it at an act of the flash that an image mounts, 1: the next.

        where: before, torn or after.
        """
        self._cut = (self.flash_acts + acts, ("before", "torn", "after").index(where) + 1)

    def is_asleep(self) -> bool:
        return self._life is None and self._asleep_until_us is not None

    def wait_asleep(self, timeout_s: float = 120.0) -> bool:
        """Until a wake has ended in deep sleep; False when none has within the real time."""
        with self._changed:
            return self._changed.wait_for(self.is_asleep, timeout_s)

    def run(self) -> None:
        """Be the board, in this thread, until KeyboardInterrupt."""
        try:
            self._serve()
        finally:
            self._end()

    def _make_new(self, image: Path | None, vfs_bytes: int) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.vfs.exists():
            flash_with(image, self.vfs, vfs_bytes)
        for name, content in (
            ("journal", b"\xff" * JOURNAL_BYTES),
            ("retained", os.urandom(_RETAINED_BYTES)),
        ):
            if not (self.folder / name).exists():
                (self.folder / name).write_bytes(content)

    def _do(self, act: Callable[[], None]) -> None:
        if self._thread is None or self._is_over:
            act()
            return
        done = threading.Event()
        self._requests.append((act, done))
        os.write(self._button, b"!")
        while not done.wait(0.1) and self._thread.is_alive():
            pass

    def _run(self) -> None:
        try:
            self._serve()
        except BaseException as failure:  # noqa: BLE001 - for whoever waits
            self.failure = failure
            raise
        finally:
            self._end()

    def _end(self) -> None:
        self._is_over = True
        if self._life:
            self._life.end()
            self._life = None

    def _serve(self) -> None:
        self._begin("power_on")
        while not self._is_over:
            self._wait()
            while self._requests:
                act, done = self._requests.pop(0)
                act()
                done.set()
            if self._is_over:
                return
            self._tick()
            self.line.step()
            typed = self.line.take()
            if self._life is None:
                self._sleep()
                continue
            self._print()
            if typed:
                self._life.type(typed)
            self._life.step()
            self._print()
            self.line.step()
            if self._life.ending:
                self._end_life(*self._life.ending)
            elif self.world.is_watchdog_due():
                self._reset("watchdog")

    def _print(self) -> None:
        if self.line.takes_more():
            self.line.send(self._life.output())

    def _wait(self) -> None:
        fds = [self._bell] + [self.line.fd] * self.line.is_open()
        if self._life:
            fds += [self._life.fd] * self.line.takes_more() + [self._life.request_fd]
        ready = select.select(fds, [], [], 0.001 if self.line.is_waiting() else _STEP_S)[0]
        if self._bell in ready:
            os.read(self._bell, 1)

    def _tick(self) -> None:
        """Let the world's time follow the real one."""
        now_s = time.monotonic()
        self.world.now_us += int((now_s - self._real_s) * 1_000_000)
        self._real_s = now_s

    def _answer(self, operation: int, value: int, data: bytes) -> int | bytes | None:
        if operation == op.FLASH_ACT:
            return self._count_act(value)
        if operation == op.SLEEP_US:
            if self._due_us is None:
                self._due_us = self.world.now_us + value
            if self.world.now_us < self._due_us:
                return None
            self._due_us = None
            return 0
        self._due_us = None
        return self.world.answer(operation, value, data)

    def _count_act(self, flash: int) -> int:
        self.flash_acts += flash
        if flash and self._cut and self.flash_acts >= self._cut[0]:
            where, self._cut = self._cut[1], None
            return where
        return 0

    def _begin(self, cause: str, raw: bool = False) -> None:
        self.resets.append(cause)
        self._asleep_until_us = self._due_us = None
        self.world.begin_wake(_CAUSES.index(cause), 0 if cause == "restart" else _BOOT_US)
        if cause == "restart":
            self.line.send(b"MPY: soft reboot\r\n")
        else:
            self.line.send(b"\r\n" + _BOOT_LINES.get(cause, _DEEP_SLEEP_LINE) + b"\r\n")
        journal = str(self.folder / "journal") if self._has_partition else "-"
        scripts = ("boot.py",) if raw else ("boot.py", "main.py")

        def arguments(*fds: int) -> list[str]:
            script = [str(self._modules / "serve_main.py"), str(self._modules), *map(str, fds)]
            flash = [str(self.folder / "retained"), journal, str(self.vfs)]
            return [*script, *flash, *self._identity, *scripts]

        self._life = Life(arguments, self.folder, self._answer, self._banner, raw)

    def _end_life(self, kind: str, value: int) -> None:
        assert self._life is not None
        is_raw = self._life.is_raw
        self.line.send(self._life.output(_ALL))
        self._life.end()
        self._life = None
        if kind == "sleep":
            with self._changed:
                self._asleep_until_us = self.world.wakes_us(value)
                self._changed.notify_all()
        elif kind in ("restart", "exit"):  # Ctrl-D ends the interpreter
            self._begin("restart", is_raw)
        else:
            self._begin("reset")

    def _sleep(self) -> None:
        """Nobody hears what is typed. The coprocessor goes on."""
        assert self._asleep_until_us is not None
        until_us = min(self.world.now_us, self._asleep_until_us)
        is_over = self.world.now_us >= self._asleep_until_us
        if self.world.sleep_until(until_us):
            self._begin("ulp")
        elif is_over:
            self._begin("timer")

    def _pass(self, us: int) -> None:
        self.world.now_us += us
        if self._life is None:
            self._sleep()

    def _reset(self, cause: str) -> None:
        if self._life:
            self._life.end()
            self._life = None
        if cause == "power_on":
            seed = len(self.resets)
            (self.folder / "retained").write_bytes(Random(seed).randbytes(_RETAINED_BYTES))
            self.world.lose_power(seed)
        self._begin(cause)
