"""The partition table of a meter's flash: that of the official image, with room for a journal.

Format: ESP-IDF, "Partition Tables": entries of 32 bytes, then the MD5 of them, in 3 KiB of 0xFF.
"""

import hashlib
import struct
from dataclasses import dataclass, replace

ADDRESS = 0x8000  # on the flash
TABLE_BYTES = 0xC00
MIB = 1 << 20
_ENTRY = struct.Struct("<2sBBII16sI")
_MAGIC = b"\xaa\x50"
_MD5_MAGIC = b"\xeb\xeb" + b"\xff" * 14
_DATA = 1
_LITTLEFS = 0x83
_FIRST_OF_OURS = "vfs"
# Of the journal, by the size of the flash; what is left of it is vfs. One version of the firmware
# takes up to 1.2 MiB of vfs, two are needed for an update that can go back. Less than 704 KiB
# is no journal: two segments of readings, and the rest (firmware/storage/store.py).
_JOURNAL_BYTES = {4 * MIB: 0xB0000, 8 * MIB: 0x180000, 16 * MIB: 0x180000}
_MOST_VFS_BYTES = 0x480000  # more would only make looking for a free block longer


class PartitionError(Exception):
    """What is wrong with a table, or why there is none for a flash of this size."""


@dataclass(frozen=True)
class Partition:
    """kind: 0 an application, 1 data."""

    label: str
    kind: int
    subtype: int
    offset: int
    size: int
    flags: int = 0


def parse(table: bytes) -> list[Partition]:
    """Of the bytes on a flash or in an image. Raises PartitionError."""
    found = []
    for start in range(0, len(table) - _ENTRY.size + 1, _ENTRY.size):
        entry = table[start : start + _ENTRY.size]
        if entry.startswith(_MD5_MAGIC):
            if entry[16:] != hashlib.md5(table[:start], usedforsecurity=False).digest():
                raise PartitionError("the partition table is damaged: its MD5 is another")
            return found
        magic, kind, subtype, offset, size, label, flags = _ENTRY.unpack(entry)
        if magic != _MAGIC:
            break
        name = label.rstrip(b"\0").decode(errors="replace")
        found.append(Partition(name, kind, subtype, offset, size, flags))
    if not found:
        raise PartitionError("there is no partition table where it should be")
    return found


def packed(partitions: list[Partition]) -> bytes:
    """The bytes for the flash."""
    entries = b"".join(
        _ENTRY.pack(_MAGIC, p.kind, p.subtype, p.offset, p.size, p.label.encode(), p.flags)
        for p in partitions
    )
    digest = hashlib.md5(entries, usedforsecurity=False).digest()
    return (entries + _MD5_MAGIC + digest).ljust(TABLE_BYTES, b"\xff")


def with_journal(official: list[Partition], flash_bytes: int) -> list[Partition]:
    """The image's own table, with another vfs and a journal behind it. Raises PartitionError."""
    if flash_bytes not in _JOURNAL_BYTES:
        sizes = ", ".join(f"{size // MIB} MiB" for size in _JOURNAL_BYTES)
        raise PartitionError(f"no table for {flash_bytes // MIB} MiB of flash: {sizes} it may be")
    vfs = next((one for one in official if one.label == _FIRST_OF_OURS), None)
    if vfs is None or any(one.offset > vfs.offset for one in official):
        raise PartitionError("the image has no vfs at its end: is it ESP32_GENERIC?")
    journal_bytes = _JOURNAL_BYTES[flash_bytes]
    vfs_bytes = min(flash_bytes - vfs.offset - journal_bytes, _MOST_VFS_BYTES)
    others = [one for one in official if one is not vfs]
    journal = Partition("journal", _DATA, _LITTLEFS, vfs.offset + vfs_bytes, journal_bytes)
    return [*others, replace(vfs, size=vfs_bytes), journal]
