"""What a wake reads of the flash that has the firmware on it, by kind of wake: its imports; and
how long it is awake in the unix port.
"""

import statistics
from collections.abc import Iterator

from rill.board_process import Board, Ending
from rill.broker import Broker
from rill.household import household
from rill.image import build, flashed
from rill.simulate import Run, Settings

_PLAIN = ("boot.py", "main.py", "board.py")
_SETTLED = 3  # the first wakes do what is done once
_LINES = 100_000
_READ_US = 80  # docs/energy.md: of a read of some bytes
_READ_BYTES_PER_MS = 9_500
_HEAP_BYTES = 16_000_000  # with a flash in it
# The image's file system on a flash in RAM, with what is flashed on it; what is read is counted.
_MOUNT = """
import os, sys, utime, vfs
import border
class Flash:
    def __init__(self):
        self.content, self.reads, self.read_bytes = bytearray(b"\\xff" * (512 * 4096)), 0, 0
    def readblocks(self, block, buffer, offset=0):
        self.reads += 1
        self.read_bytes += len(buffer)
        at = 4096 * block + offset
        buffer[:] = memoryview(self.content)[at : at + len(buffer)]
    def writeblocks(self, block, buffer, offset=0):
        at = 4096 * block + offset
        self.content[at : at + len(buffer)] = buffer
    def ioctl(self, request, argument):
        if request == 6:
            at = 4096 * argument
            self.content[at : at + 4096] = b"\\xff" * 4096
        return {4: 512, 5: 4096}.get(request, 0)
flash = Flash()
vfs.VfsLfs2.mkfs(flash)
system = vfs.VfsLfs2(flash)
for name in open("flashed").read().split():
    folder = ""
    for part in name.split("/")[:-1]:
        folder += "/" + part
        try:
            system.mkdir(folder)
        except OSError:
            pass
    with open(name, "rb") as source, system.open("/" + name, "wb") as target:
        target.write(source.read())
flash.reads = flash.read_bytes = 0
vfs.mount(vfs.VfsLfs2(flash), "/flash")
sys.path[sys.path.index("lib")] = os.getcwd() + "/lib"  # on a chip it is frozen
os.chdir("/flash")
mounted = flash.reads, flash.read_bytes
plain = border.border.never_return
def never_return(*arguments):
    us = round(1e6 * (utime.clock() - began))
    print("read", flash.reads - mounted[0], flash.read_bytes - mounted[1], us)
    plain(*arguments)
border.border.never_return = never_return
began = utime.clock()  # of the processor: neither the world nor other programs
"""


class Read(Run):
    """A day, whose wakes run from such a flash. found: (cause, its lives: reads, bytes, and the
    microseconds of the processor from the first line of boot.py to sleep).

    names: of the files that are flashed, None: those of a meter.
    """

    def __init__(self, names: list[str] | None = None):
        self._names = names
        self.found: list[tuple[str, list[list[int]]]] = []
        trace = household(1, 1)
        super().__init__(Settings(trace=trace, days=1, link="bc66", heap_bytes=_HEAP_BYTES))

    def _configure(self, board: Board, broker: Broker) -> None:
        super()._configure(board, broker)
        names = self._names or flashed(build())
        (board.flash / "flashed").write_text("\n".join([*names, "config.json"]))
        script = board.flash / "mount.py"
        script.write_text(_MOUNT)
        scripts, plain = (str(script), "boot.py", "main.py"), board.wake

        def wake(cause: str, fuse: int = 0, scripts=scripts) -> Ending:
            ending = plain(cause, fuse, scripts)
            lines = [line.split() for line in board.console_end(_LINES).splitlines()]
            lives = [list(map(int, line[1:])) for line in lines if line[:1] == ["read"]]
            self.found.append((cause, lives[sum(len(known) for _, known in self.found) :]))
            return ending

        board.wake = wake  # type: ignore[method-assign]


def loose_files() -> list[str]:
    """Of a meter without the bundle, for Read."""
    image = build()
    # Sorted: what littlefs has to look through hangs on the order in which they are written.
    modules = [path for path in sorted(image.rglob("*.mpy")) if path.parent.parent.name != "lib"]
    return [*_PLAIN, *(path.relative_to(image).as_posix() for path in modules)]


def read_of_flash(run: Read) -> dict[str, tuple[int, int]]:
    """(reads, bytes) of the wakes that count, sample and report, without the mount; the median."""
    run.result()
    return {kind: sorted(wakes)[len(wakes) // 2][:2] for kind, wakes in _by_kind(run).items()}


def awake_ms(run: Read) -> dict[str, float]:
    """Of the same wakes of a run that is over, the median in this machine's milliseconds."""
    kinds = _by_kind(run).items()
    return {kind: statistics.median(us for *_, us in wakes) / 1000 for kind, wakes in kinds}


def _by_kind(run: Read) -> dict[str, list[tuple[int, ...]]]:
    """(reads, bytes, microseconds) of each wake, all of its lives together."""
    kinds: dict[str, list[tuple[int, ...]]] = {"counting": [], "sampling": [], "reporting": []}
    for cause, lives in run.found[_SETTLED:-1]:
        kind = "reporting" if len(lives) > 1 else "counting" if cause == "ulp" else "sampling"
        kinds[kind].append(tuple(map(sum, zip(*lives, strict=True))))
    return kinds


def flash_rows() -> Iterator[tuple[str, str]]:
    """Rows of the table: as it is flashed, and with a file for each module ("loose")."""
    loose, bundled = Read(loose_files()), Read()
    before, now = read_of_flash(loose), read_of_flash(bundled)
    before_ms, now_ms = awake_ms(loose), awake_ms(bundled)
    for kind in now:
        chip = chip_ms(*before[kind]), chip_ms(*now[kind])
        yield f"{kind} wake, of its flash: reads, bytes", "{:,}, {:,}".format(*now[kind])
        yield "  on a chip, loose, bundled, ms; ratio", _ratio(*chip)
        awake = before_ms[kind], now_ms[kind]
        yield "  awake in the unix port, loose, bundled, ms; ratio", _ratio(*awake)


def _ratio(before_ms: float, now_ms: float) -> str:
    return f"{before_ms:,.0f}, {now_ms:,.0f}; {now_ms / before_ms:.3f}"


def chip_ms(reads: int, size: int) -> float:
    """What the flash of an ESP32 takes for that, by Espressif's own figures: docs/energy.md."""
    return reads * _READ_US / 1000 + size / _READ_BYTES_PER_MS
