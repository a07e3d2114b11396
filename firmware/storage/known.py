"""What a meter knows from its last checkpoint. Imported only when it is asked."""

import struct
from collections import namedtuple

from firmware.core.errors import StorageFault
from firmware.core.seal import unseal
from firmware.storage.checkpoint import KEY, LAYOUT, NAMES

Checkpoint = namedtuple("Checkpoint", NAMES)  # type: ignore[misc]
NEW = Checkpoint(0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)  # type: ignore[call-arg]


def loaded(nvs):
    """Vault.load()."""
    try:
        sealed = nvs.read(KEY)
    except OSError as error:
        raise StorageFault("checkpoint not readable: %s" % error)
    content = None if sealed is None else unseal(sealed)
    if content is None or len(content) != struct.calcsize(LAYOUT):
        return NEW  # sends again what may have been acknowledged; the head end knows it
    return Checkpoint(*struct.unpack(LAYOUT, content))
