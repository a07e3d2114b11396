"""What a meter knows from its last checkpoint. Imported only when it is asked."""

import struct
from collections import namedtuple

from micropython import const

from firmware.core.errors import StorageFault
from firmware.core.seal import unseal
from firmware.storage.checkpoint import KEY, LAYOUT, NAMES

Checkpoint = namedtuple("Checkpoint", NAMES)  # type: ignore[misc]
NEW = Checkpoint(0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)  # type: ignore[call-arg]

# Of a firmware that was asked for readings only: the same without the stream at its end.
_KEY_1 = const("checkpoint1")
_READINGS = const(b"\0")


def loaded(nvs):
    """Vault.load()."""
    try:
        sealed, rest = nvs.read(KEY), b""
        if sealed is None:  # a damaged one is not made good by an older one, which would undo much
            sealed, rest = nvs.read(_KEY_1), _READINGS
    except OSError as error:
        raise StorageFault("checkpoint not readable: %s" % error)
    content = None if sealed is None else unseal(sealed)
    if content is None or len(content + rest) != struct.calcsize(LAYOUT):
        return NEW  # sends again what may have been acknowledged; the head end knows it
    return Checkpoint(*struct.unpack(LAYOUT, content + rest))
