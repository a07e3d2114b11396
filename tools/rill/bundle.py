"""firmware.bundle: all modules of the firmware in one file, read by firmware/__init__.py.

Modules as the compiler made them, one behind the other; behind them 1,024 slots of 8 bytes: CRC-32
of a path ("/core/record.mpy", "/core"), and where the module begins, 0: it is a package. The slot
of a path is its CRC modulo 1,024, counted from the end of the file, or the first free one behind
it. A free slot is all zeros. They stand at the end, which littlefs finds without a search.
"""

import os
import struct
from binascii import crc32
from pathlib import Path

SLOTS = 1024
_EMPTY = struct.pack("<II", 0, 0)
_FULLEST = SLOTS // 2


class BundleError(Exception):
    """These modules don't fit into one; the message says why."""


def bundle(package: Path) -> bytes:
    """Of the .mpy files under a folder. Packages must have nothing in their __init__ but the
    folder's own, which is no part of it.
    """
    paths = [path for path in sorted(package.rglob("*.mpy")) if path.stem != "__init__"]
    names = {path: path.relative_to(package).with_suffix("").as_posix() for path in paths}
    places = {f"/{folder}": 0 for name in names.values() for folder in _folders(name)}
    content = b"\0"  # so that no module begins at 0
    for path, name in names.items():
        places[f"/{name}.mpy"] = len(content)
        content += path.read_bytes()
    return content + _slots(places)


def _folders(name: str) -> list[str]:
    parts = name.split("/")[:-1]
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _slots(places: dict[str, int]) -> bytes:
    if len(places) > _FULLEST:
        raise BundleError(f"{len(places)} modules and packages, but {_FULLEST} is the most")
    slots = [_EMPTY] * SLOTS
    for path, place in places.items():
        crc = crc32(path.encode())
        n = crc % SLOTS
        while slots[n] != _EMPTY:
            if slots[n][:4] == struct.pack("<I", crc):
                raise BundleError(f"{path} has the CRC of another module: give it another name")
            n = (n + 1) % SLOTS
        slots[n] = struct.pack("<II", crc, place)
    return b"".join(reversed(slots))


def write(path: Path, content: bytes) -> None:
    """All or nothing, and only what is new: others may be at it, too."""
    if not path.exists() or path.read_bytes() != content:
        new = path.with_suffix(f".{os.getpid()}")
        new.write_bytes(content)
        os.replace(new, path)
