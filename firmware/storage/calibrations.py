"""The calibration of each probe, in the image's non-volatile storage: the old one or the new."""

import struct
from collections import namedtuple

from firmware.core.errors import StorageFault
from firmware.core.event import cut
from firmware.core.seal import seal, unseal

# Another layout takes another key.
_KEY = "probes1"
_LAYOUT = "<BIiIIiI20s"
_MOST_NAME_BYTES = 20

Calibration = namedtuple(
    "Calibration",
    (
        "kind",  # of the column, core/column.py
        "k_milli",  # factor of the result
        "offset_uv",  # taken from the voltage (TDS), or added to it (turbidity, at the probe)
        "time_s",  # Unix seconds, 0: not calibrated
        "standard",  # what was measured, in nS/cm or mNTU
        "centi_c",  # its temperature
        "raw_uv",  # at the pin
        "who",  # at most 20 bytes
    ),
)


def none_of(kind):
    """Of a probe that was never calibrated."""
    return Calibration(kind, 1000, 0, 0, 0, 2500, 0, "")


class Calibrations:
    """On an Nvs port. StorageFault."""

    def __init__(self, nvs):
        self._nvs = nvs

    def of(self, kind):
        return self._all().get(kind, none_of(kind))

    def save(self, calibration):
        """All of it or nothing, whenever power fails."""
        found = self._all()
        found[calibration.kind] = calibration
        packed = b"".join([_pack(found[kind]) for kind in sorted(found)])
        try:
            self._nvs.write(_KEY, seal(packed))
        except OSError as error:
            raise StorageFault("calibration not written: %s" % error)

    def _all(self):
        """By kind; empty when there is none or it is damaged."""
        try:
            sealed = self._nvs.read(_KEY)
        except OSError as error:
            raise StorageFault("calibration not readable: %s" % error)
        content = unseal(sealed) if sealed else None
        found = {}
        if content is not None:
            size = struct.calcsize(_LAYOUT)
            for at in range(0, len(content) - size + 1, size):
                one = _unpack(content[at : at + size])
                found[one.kind] = one
        return found


def _pack(calibration):
    who = cut(calibration.who, _MOST_NAME_BYTES)
    return struct.pack(_LAYOUT, *(calibration[:-1] + (who,)))


def _unpack(content):
    values = struct.unpack(_LAYOUT, content)
    return Calibration(*(values[:-1] + (str(values[-1].rstrip(b"\0"), "utf-8"),)))
