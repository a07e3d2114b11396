"""What lies on the journal's file system, and in which format: docs/record-format.md."""

import os
import struct

from micropython import const

from firmware.core.errors import NewerFormat
from firmware.core.seal import seal, unseal

FORMAT = const(2)
FOLDERS = ("readings", "full", "events", "freezes")
_FILE = const("format")
MAGIC = b"Rill"
LAYOUT = "<4sHQ"
_LONGEST_BYTES = const(64)


def identity(files, vault):
    """The journal's id, 64 bits; a file system without one gets a new one. OSError.

    NewerFormat when a newer firmware made it. vault: knows the id of a damaged one.
    """
    content = _read(files)
    if content:
        _, made_by, journal = struct.unpack_from(LAYOUT, content)
        if made_by > FORMAT:
            raise NewerFormat("the journal has format %d, newer than %d" % (made_by, FORMAT))
        return journal
    for name in FOLDERS:
        files.folder(name).make()
    journal = _journal_of(files, vault)
    files.replace(_FILE, seal(struct.pack(LAYOUT, MAGIC, FORMAT, journal)))
    return journal


def _read(files):
    """The content of the file, or None when there is none that is sound."""
    buffer = bytearray(_LONGEST_BYTES)
    size = files.read_end(_FILE, buffer)
    if size is None or size > len(buffer):
        return None
    content = unseal(bytes(buffer[:size]))
    least_bytes = struct.calcsize(LAYOUT)
    is_ours = content and len(content) >= least_bytes and content.startswith(MAGIC)
    return content if is_ours else None


def _journal_of(files, vault):
    if files.size("id") is not None:
        from firmware.storage import migration

        return migration.from_1(files, vault, new_id)
    if any(files.folder(name).names() for name in FOLDERS):
        known = vault.load().journal  # it lost its name, not its records
        if known:
            return known
    return new_id()


def new_id():
    """A number that no other journal has: with it begins a new space of keys."""
    return struct.unpack("<Q", os.urandom(8))[0] or 1
