"""What a wake reads of the flash that has the firmware on it, by kind of wake: its imports."""

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
import os, sys, vfs
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
    print("read", flash.reads - mounted[0], flash.read_bytes - mounted[1])
    plain(*arguments)
border.border.never_return = never_return
"""


class Read(Run):
    """A day, whose wakes run from such a flash. found: (cause, reads and bytes of its lives).

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


def read_of_flash(run: Read) -> dict[str, tuple[int, int]]:
    """(reads, bytes) of the wakes that count, sample and report, without the mount; the median."""
    run.result()
    kinds: dict[str, list[tuple[int, int]]] = {"counting": [], "sampling": [], "reporting": []}
    for cause, lives in run.found[_SETTLED:-1]:
        kind = "reporting" if len(lives) > 1 else "counting" if cause == "ulp" else "sampling"
        kinds[kind].append((sum(life[0] for life in lives), sum(life[1] for life in lives)))
    return {kind: sorted(found)[len(found) // 2] for kind, found in kinds.items()}


def flash_rows() -> Iterator[tuple[str, str]]:
    """Rows of the table: as it is flashed, and as it would be without the bundle."""
    image = build()
    modules = [path for path in image.rglob("*.mpy") if path.parent.parent.name != "lib"]
    tree = [*_PLAIN, *(path.relative_to(image).as_posix() for path in modules)]
    before, now = read_of_flash(Read(tree)), read_of_flash(Read())
    for kind, (reads, size) in now.items():
        now_ms, before_ms = chip_ms(reads, size), chip_ms(*before[kind])
        yield (
            f"{kind} wake, of its flash: reads, bytes, ms on a chip",
            f"{reads:,}, {size:,}, {now_ms:.0f}",
        )
        ratio = f"{before_ms:.0f}, {now_ms / before_ms:.3f}"
        yield "  with a file for each module, ms; ratio", ratio


def chip_ms(reads: int, size: int) -> float:
    """What the flash of an ESP32 takes for that, by Espressif's own figures: docs/energy.md."""
    return reads * _READ_US / 1000 + size / _READ_BYTES_PER_MS
