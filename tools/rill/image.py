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
from pathlib import Path

from rill.interpreter import micropython, mpy_cross

ROOT = Path(__file__).resolve().parents[2]
_PLAIN = ("boot.py", "main.py")
_COMPILED = ("firmware", "lib")
_ASSEMBLER = ROOT / "build" / "packages"
_ULP_SOURCE = "firmware/hal/ulp_counter.S"
_ULP_MODULE = "firmware/hal/ulp_program.py"
_PULSE_PIN = 32  # what ulp_counter.S is written for
_HEADER_BYTES = 12
_ENTRY_SYMBOL = "entry"
_SCRIPTS = ("start.py", "dump.py")  # of the board: run as they are


class ImageError(Exception):
    """A file of the firmware does not compile; the message is the compiler's."""


def build(root: Path = ROOT) -> Path:
    """Bring build/image up to date; returns it. A file is compiled when its source has changed."""
    image = root / "build" / "image"
    wanted = dict(_sources(root))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda item: _make(item[1], image / item[0]), wanted.items()))
    _remove_others(image, {image / name for name in wanted})
    return image


def build_board(root: Path = ROOT) -> Path:
    """The simulated board's own modules, compiled, in build/board."""
    board = root / "build" / "board"
    source = Path(__file__).parent / "board"
    for path in source.rglob("*.py"):
        name = path.relative_to(source)
        _make(path, board / (name if name.name in _SCRIPTS else name.with_suffix(".mpy")))
    return board


def _sources(root: Path) -> Iterator[tuple[str, Path]]:
    for name in _PLAIN:
        yield name, root / name
    for folder in _COMPILED:
        for path in sorted((root / folder).rglob("*.py")):
            yield str(path.relative_to(root).with_suffix(".mpy")), path
    yield str(Path(_ULP_MODULE).with_suffix(".mpy")), assemble(root)


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
    """Compile for the ESP32. Plain bytecode, so the unix port runs the same file."""
    command = [mpy_cross(), "-march=xtensawin", "-s", source.name, "-o", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ImageError(f"{source}: {(done.stderr or done.stdout).strip()}")


def _remove_others(image: Path, wanted: set[Path]) -> None:
    """A stale .py beside a .mpy would win at import."""
    for path in image.rglob("*"):
        if path.is_file() and path not in wanted and path.suffix in (".py", ".mpy"):
            path.unlink()


def assemble(root: Path = ROOT) -> Path:
    """The ULP program as a Python table in build/generated; assembled when it has changed."""
    source = root / _ULP_SOURCE
    text = source.read_text()
    target = root / "build" / "generated" / _ULP_MODULE
    version = int(hashlib.sha256(text.encode()).hexdigest()[:4], 16) or 1
    head = f'"""Made from {_ULP_SOURCE}; version {version:#06x}."""\n'
    if target.exists() and target.read_text().startswith(head):
        return target
    program, entry = assembled(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    content = (
        f"{head}\nMAGIC = {version:#06x}\nENTRY = {4 * entry}  # bytes, as ULP.run() wants it\n"
        f"PULSE_PIN = {_PULSE_PIN}\nPROGRAM = {program!r}\n"
    )
    new = target.with_suffix(f".{os.getpid()}")
    new.write_text(content)
    os.replace(new, target)
    return target


_ASSEMBLE = """
import sys
sys.path[:] = [sys.argv[2], ".frozen"]
class NoDatabase:  # the assembler imports btree, which the unix port does not have
    pass
sys.modules["btree"] = NoDatabase
from esp32_ulp import src_to_binary
with open(sys.argv[1]) as f:
    print("binary", src_to_binary(f.read()).hex())
"""


def assembled(source: Path) -> tuple[bytes, int]:
    """(binary with its header, entry in words)"""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
        script.write(_ASSEMBLE)
        script.flush()
        command = [*micropython(), script.name, str(source), str(_ASSEMBLER)]
        done = subprocess.run(command, capture_output=True, text=True)
    symbols = dict(
        (name, int(word)) for word, name in re.findall(r"^(\d{4}) (\w+)$", done.stdout, re.M)
    )
    binary = re.search(r"^binary (\w+)$", done.stdout, re.M)
    if done.returncode or not binary or _ENTRY_SYMBOL not in symbols:
        raise ImageError(f"{source} does not assemble: {(done.stderr or done.stdout).strip()}")
    program = bytes.fromhex(binary[1])
    text_bytes = struct.unpack_from("<H", program, 6)[0]
    if len(program) < _HEADER_BYTES + text_bytes:
        raise ImageError(f"{source}: the assembler's binary is too short")
    return program, symbols[_ENTRY_SYMBOL]
