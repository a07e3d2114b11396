"""Builds the tree that goes onto the flash: boot.py and main.py as they are, the rest .mpy."""

import hashlib
import os
import re
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rill import bundle, operations
from rill.interpreter import micropython, mpy_cross

ROOT = Path(__file__).resolve().parents[2]
_PLAIN = ("boot.py", "main.py")
_BOARDS = "firmware/boards"
_BOARD = "board.py"  # the pointer at the board of this flash
ROOTS = (*_PLAIN, _BOARD)  # at the root of the flash whichever directory the firmware is in
_TRIAL = "trial.py"  # for a flash with two directories only
USUAL_BOARD = "generic_esp32"
_COMPILED = ("firmware", "lib")
BUNDLE = "firmware.bundle"
_PACKAGE = "__init__.mpy"
_ASSEMBLER = ROOT / "build" / "packages"
_ULP_SOURCE = "firmware/hal/ulp_counter.S"
_ULP_MODULE = "firmware/hal/ulp_program.py"
_ULP_VERSION_MODULE = "firmware/hal/ulp_version.py"
_ULP_PATCHERS = ("firmware/hal/ulp_image.py", "firmware/hal/ulp_loader.py")
_ULP_LISTING = "ulp_counter.lst"
_HEADER_BYTES = 12
_ENTRY_SYMBOL = "entry"
_OPERATIONS = {name: n for name, n in vars(operations).items() if name.isupper()}
_OPERATION = re.compile(rf"^({'|'.join(_OPERATIONS)}) = const\(.*\n", re.MULTILINE)
_PRIVATE = re.compile(r"\b_[A-Za-z]\w+\b")
_IMPORTED = re.compile(r"from border import (\([^)]*\)|.*)")
_SCRIPTS = (
    "start.py",
    "dump.py",
    "told.py",
    "stored.py",
    "watching.py",
    "fleet.py",
    "serve.py",
    "serve_main.py",
    "flash_files.py",
)  # of the board: run as they are


class ImageError(Exception):
    """A file of the firmware does not compile; the message is the compiler's."""


def boards(root: Path = ROOT) -> list[str]:
    """The boards that there are."""
    found = (root / _BOARDS).glob("*.py")
    return sorted(path.stem for path in found if path.stem != "__init__")


def build(root: Path = ROOT, board: str = USUAL_BOARD) -> Path:
    """Bring the image of a board up to date: build/image, or build/image-BOARD; returns it.

    A file is compiled when its source has changed.
    """
    image = root / "build" / ("image" if board == USUAL_BOARD else f"image-{board}")
    wanted = {**dict(_sources(root)), _BOARD: _pointer(root, board)}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda item: _make(item[1], image / item[0]), wanted.items()))
    _remove_others(image, {image / name for name in wanted})
    bundle.write(image / BUNDLE, bundle.bundle(image / "firmware"))
    return image


def build_trial(root: Path = ROOT) -> bytes:
    """trial.py, which stands beside two versions of the firmware, compiled."""
    target = (root / "build" / "generated" / _TRIAL).with_suffix(".mpy")
    _make(root / _TRIAL, target)
    return target.read_bytes()


def build_board(root: Path = ROOT) -> Path:
    """The simulated board's own modules, compiled, in build/board, and in its lib/ those that an
    image of MicroPython has frozen.
    """
    board = root / "build" / "board"
    source = Path(__file__).parent / "board"
    for path in source.rglob("*.py"):
        name = path.relative_to(source)
        path = _nameless(path, root / "build" / "generated" / "board" / name)
        _make(path, board / (name if name.name in _SCRIPTS else name.with_suffix(".mpy")))
    for path in (root / "lib").rglob("*.py"):
        _make(path, board / path.relative_to(root).with_suffix(".mpy"))
    return board


def flashed(image: Path) -> list[str]:
    """What of an image a meter has on its flash, as paths in it; the rest is in the bundle.

    lib/ has what the images of MicroPython have frozen.
    """
    return [*ROOTS, f"firmware/{_PACKAGE}", BUNDLE]


def _nameless(source: Path, target: Path) -> Path:
    """The source with numbers for operations of the border, and in a module with the same few
    private names as in all the others: names would take the meter's heap.
    """
    text = _OPERATION.sub("", source.read_text())
    text = _IMPORTED.sub(
        lambda found: (
            "from border import "
            + ", ".join(name for name in re.findall(r"\w+", found[1]) if name not in _OPERATIONS)
        ),
        text,
    )
    text = re.sub(r"\b[A-Z_]+\b", lambda found: str(_OPERATIONS.get(found[0], found[0])), text)
    if source.name not in _SCRIPTS:
        private = dict.fromkeys(_PRIVATE.findall(text))
        short = {name: f"_{n}" for n, name in enumerate(private)}
        text = _PRIVATE.sub(lambda found: short[found[0]], text)
    if not target.exists() or target.read_text() != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return target


def _pointer(root: Path, board: str) -> Path:
    """The file at the root of the flash that says which board it is."""
    if board == USUAL_BOARD:
        return root / _BOARD
    usual = (root / _BOARD).read_text()
    path = root / "build" / "generated" / board / _BOARD
    text = usual.replace(USUAL_BOARD, board)
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return path


def _sources(root: Path) -> Iterator[tuple[str, Path]]:
    for name in _PLAIN:
        yield name, root / name
    for folder in _COMPILED:
        for path in sorted((root / folder).rglob("*.py")):
            yield str(path.relative_to(root).with_suffix(".mpy")), path
    for path in assemble(root):
        yield str(path.relative_to(root / "build" / "generated").with_suffix(".mpy")), path


def _make(source: Path, target: Path) -> None:
    if target.exists() and target.stat().st_mtime_ns == source.stat().st_mtime_ns:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent)
    os.close(handle)
    new = Path(name)
    try:
        if target.suffix == ".mpy":
            compile_file(source, new)
        else:
            shutil.copyfile(source, new)
        shutil.copystat(source, new)
        os.replace(new, target)
    finally:
        new.unlink(missing_ok=True)


def compile_file(source: Path, target: Path) -> None:
    """Compile for the ESP32. Plain bytecode, so the unix port runs the same file.

    The firmware without the numbers of lines (-O3), which take 2 kB of the heap of a report: a
    traceback names module and function. What is frozen in an image has its assertions.
    """
    name = _module(source)
    level = "-O3" if name.startswith("firmware") else "-O0"
    command = [mpy_cross(), level, "-march=xtensawin", "-s", name, "-o", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ImageError(f"{source}: {(done.stderr or done.stdout).strip()}")


def _module(source: Path) -> str:
    """What a traceback calls it: its name as a module, which is in the memory already."""
    parts = source.parent.parts if source.stem == "__init__" else source.with_suffix("").parts
    behind = parts[::-1].index("firmware") + 1 if "firmware" in parts else 1
    return ".".join(parts[-behind:])


def _remove_others(image: Path, wanted: set[Path]) -> None:
    """A stale .py beside a .mpy would win at import."""
    for path in image.rglob("*"):
        if path.is_file() and path not in wanted and path.suffix in (".py", ".mpy"):
            path.unlink()


def assemble(root: Path = ROOT) -> list[Path]:
    """The ULP program as Python tables in build/generated; assembled when it has changed."""
    source = root / _ULP_SOURCE
    text = "".join((root / name).read_text() for name in (_ULP_SOURCE, *_ULP_PATCHERS))
    version = hashlib.sha256(text.encode()).hexdigest()[:7]
    generated = root / "build" / "generated"
    head = f'"""Made from {_ULP_SOURCE}, version {version}."""\n'
    targets = [generated / name for name in (_ULP_MODULE, _ULP_VERSION_MODULE)]
    if all(path.exists() and path.read_text().startswith(head) for path in targets):
        return targets
    program = assembled(source)
    words = program.symbols
    patched = [n for n in words if re.search(rf"^{n}:.*# (pin|period)\b", program.source, re.M)]
    lines = [f"{name.upper()} = {words[name]}\n" for name in patched]
    contents = (
        f"{head}\nENTRY = {4 * words[_ENTRY_SYMBOL]}  # bytes, as ULP.run() wants it\n"
        f"# Words that ulp_image.py patches.\n{''.join(lines)}PROGRAM = {program.binary!r}\n",
        f"{head}\nVERSION = 0x{version}\n",
    )
    targets[0].parent.mkdir(parents=True, exist_ok=True)
    for target, content in zip(targets, contents, strict=True):
        new = target.with_suffix(f".{os.getpid()}")
        new.write_text(content)
        os.replace(new, target)
    (generated / _ULP_LISTING).write_text(program.listing())
    return targets


@dataclass(frozen=True)
class UlpProgram:
    """What the assembler made: binary with its header, and each label's word."""

    source: str
    binary: bytes
    symbols: dict[str, int]

    @property
    def program_bytes(self) -> int:
        return len(self.binary) - _HEADER_BYTES

    def listing(self) -> str:
        """Each word as number, content and labels."""
        labels: dict[int, list[str]] = {}
        for name, word in self.symbols.items():
            labels.setdefault(word, []).append(name)
        words = struct.unpack(f"<{self.program_bytes // 4}I", self.binary[_HEADER_BYTES:])
        lines = [
            f"{number:4} {word:08x}  {' '.join(labels.get(number, []))}".rstrip()
            for number, word in enumerate(words)
        ]
        return f"{self.program_bytes} bytes\n" + "\n".join(lines) + "\n"


# The assembler's own command prints global symbols only; this one prints every label.
_ASSEMBLE = """
import sys
sys.path[:] = [sys.argv[2], ".frozen"]
class NoDatabase:  # the assembler imports btree, which the unix port does not have
    pass
sys.modules["btree"] = NoDatabase
from esp32_ulp import Assembler, make_binary, opcodes, preprocess
get_rel = opcodes.get_rel
def get_near(argument):  # the assembler itself cuts a distance to 7 bits without a word
    kind, distance = get_rel(argument)
    if not -127 <= distance <= 127:
        raise ValueError("%s is %d words away, more than 127" % (argument, distance))
    return kind, distance
opcodes.get_rel = get_near
with open(sys.argv[1]) as f:
    assembler = Assembler()
    assembler.assemble(preprocess(f.read()), remove_comments=False)
for name, (kind, section, value) in assembler.symbols._symbols.items():
    if section is not None:
        print("symbol", assembler.symbols.resolve_absolute(name), name)
print("binary", make_binary(*assembler.fetch()).hex())
"""


def assembled(source: Path) -> UlpProgram:
    """Assemble a source; ImageError holds what the assembler said."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
        script.write(_ASSEMBLE)
        script.flush()
        command = [*micropython(), script.name, str(source), str(_ASSEMBLER)]
        done = subprocess.run(command, capture_output=True, text=True)
    found = re.findall(r"^symbol (\d+) (\w+)$", done.stdout, re.M)
    symbols = {name: int(word) for word, name in sorted(found, key=lambda pair: int(pair[0]))}
    binary = re.search(r"^binary (\w+)$", done.stdout, re.M)
    if done.returncode or not binary or _ENTRY_SYMBOL not in symbols:
        raise ImageError(f"{source} does not assemble: {(done.stderr or done.stdout).strip()}")
    program = bytes.fromhex(binary[1])
    text_bytes = struct.unpack_from("<H", program, 6)[0]
    if len(program) < _HEADER_BYTES + text_bytes:
        raise ImageError(f"{source}: the assembler's binary is too short")
    return UlpProgram(source.read_text(), program, symbols)


@cache
def ulp_program() -> UlpProgram:
    """The program of this tree, before pins and periods are put in."""
    return assembled(ROOT / _ULP_SOURCE)
