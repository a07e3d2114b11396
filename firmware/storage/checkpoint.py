"""The few numbers that must outlive a loss of power and are not in the journal."""

import struct

from firmware.core.errors import StorageFault
from firmware.core.seal import SEAL_BYTES, seal, unseal

_NAME = "checkpoint"
_LAYOUT = "<HI"  # boot number, first record not acknowledged


def load(files):
    """(boot, cursor_seq) as last saved, (0, 1) on a new meter or when the file is damaged."""
    buffer = bytearray(struct.calcsize(_LAYOUT) + SEAL_BYTES)
    try:
        if files.size(_NAME) is None:
            return 0, 1
        read = files.read(_NAME, 0, buffer)
    except OSError as error:
        raise StorageFault("checkpoint not readable: %s" % error)
    content = unseal(bytes(buffer[:read]))
    if content is None or len(content) != struct.calcsize(_LAYOUT):
        return 0, 1  # sends again what may have been acknowledged; the head end knows it
    return struct.unpack(_LAYOUT, content)


def save(files, boot, cursor_seq):
    try:
        files.replace(_NAME, seal(struct.pack(_LAYOUT, boot, cursor_seq)))
    except OSError as error:
        raise StorageFault("checkpoint not written: %s" % error)
