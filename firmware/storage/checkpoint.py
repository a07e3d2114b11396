"""The few numbers that must outlive a loss of power and may be newer than the journal's."""

import struct
from collections import namedtuple

from firmware.core.errors import StorageFault
from firmware.core.seal import SEAL_BYTES, seal, unseal

_NAME = "checkpoint"
_LAYOUT = "<HIQQIII"

Checkpoint = namedtuple(
    "Checkpoint",
    (
        "boot",  # how often the meter got power, modulo 2**16
        "cursor_seq",  # first record that is not acknowledged
        "odometer_ml",
        "pulses",
        "rest",  # carried remainder of the volume conversion
        "count",  # the coprocessor's counter at that time
        "reverse_pulses",
    ),
)
_NEW = Checkpoint(0, 1, 0, 0, 0, 0, 0)


def load(files):
    """As last saved; of a new meter when there is none or the file is damaged."""
    buffer = bytearray(struct.calcsize(_LAYOUT) + SEAL_BYTES)
    try:
        if files.size(_NAME) is None:
            return _NEW
        read = files.read(_NAME, 0, buffer)
    except OSError as error:
        raise StorageFault("checkpoint not readable: %s" % error)
    content = unseal(bytes(buffer[:read]))
    if content is None or len(content) != struct.calcsize(_LAYOUT):
        return _NEW  # sends again what may have been acknowledged; the head end knows it
    return Checkpoint(*struct.unpack(_LAYOUT, content))


def save(files, state):
    """From the state of the meter, or whatever else has the same attributes."""
    values = [
        getattr(state, name)
        for name in (
            "boot",
            "cursor_seq",
            "odometer_ml",
            "pulses",
            "rest",
            "count",
            "reverse_pulses",
        )
    ]
    try:
        files.replace(_NAME, seal(struct.pack(_LAYOUT, *values)))
    except OSError as error:
        raise StorageFault("checkpoint not written: %s" % error)
