"""A journal of format 1 becomes one of format 2; a loss of power in between costs nothing.

Format 1 had all segments, an id in hex digits and a checkpoint file in the root.
"""

import struct

from firmware.core.seal import SEAL_BYTES, unseal
from firmware.storage import known as last

_LAYOUT = "<HIQQIII"
_OLD_NAMES = ("boot", "cursor_seq", "odometer_ml", "pulses", "rest", "count", "reverse_pulses")
_SEGMENT_NAME_BYTES = 9


def from_1(files, vault, new_id):
    """Move everything to its new place; the journal's id. Called again until it has ended.

    OSError or StorageFault.
    """
    full = files.folder("full")
    for name in files.names():
        if len(name) == _SEGMENT_NAME_BYTES and name[0] == "r":
            files.move(name, full)
    known = vault.load()
    if known.journal:
        return known.journal
    journal = _id(files) or new_id()
    vault.save(_checkpoint(files, journal))
    return journal


def _id(files):
    digits = bytearray(16)
    files.read("id", 0, digits)
    try:
        return int(str(digits, "ascii"), 16)
    except (ValueError, UnicodeError):
        return 0


def _checkpoint(files, journal):
    """The old one in the new form; of a new meter when it is damaged."""
    buffer = bytearray(struct.calcsize(_LAYOUT) + SEAL_BYTES)
    content = None
    if files.size("checkpoint") is not None:
        content = unseal(bytes(buffer[: files.read("checkpoint", 0, buffer)]))
    known: dict = dict(zip(last.NAMES, last.NEW))
    if content is not None and len(content) == struct.calcsize(_LAYOUT):
        known.update(zip(_OLD_NAMES, struct.unpack(_LAYOUT, content)))
        known["is_blank"] = 0
    known["journal"] = journal
    return last.Checkpoint(*[known[name] for name in last.NAMES])
