"""What a purifier knows of its filter and of its life, in the image's non-volatile storage."""

import struct

from firmware.core.errors import StorageFault
from firmware.core.seal import seal, unseal

# Another layout takes another key.
_KEY = "purifier1"
_LAYOUT = "<QIBIIIIBBBH"
_FIELDS = (
    "began_ml",  # odometer when the filter was changed
    "began_s",  # Unix seconds of that, 0: the date was not known yet
    "is_assumed",  # 1: nobody said when; it is the first date that this meter knew
    "produced_s",
    "standby_s",
    "flushes",
    "flushed_s",
    "poor",  # productions in a row that held back less than 85 %
    "bad",  # ... less than 75 %
    "told_level",  # core/filter_life.py, as told last
    "told_limit",  # as told last, 0: none
)


class FilterLog:
    """On an Nvs port; attributes as above. StorageFault.

    All of it or nothing, whenever power fails. When it is lost, the filter counts as new.
    """

    began_ml: int
    began_s: int
    is_assumed: int
    produced_s: int
    standby_s: int
    flushes: int
    flushed_s: int
    poor: int
    bad: int
    told_level: int
    told_limit: int

    def __init__(self, nvs):
        self._nvs = nvs
        try:
            sealed = nvs.read(_KEY)
        except OSError as error:
            raise StorageFault("filter log not readable: %s" % error)
        content = unseal(sealed) if sealed else None
        is_known = content is not None and len(content) == struct.calcsize(_LAYOUT)
        values = struct.unpack(_LAYOUT, content) if is_known else [0] * len(_FIELDS)
        for name, value in zip(_FIELDS, values):
            setattr(self, name, value)
        self.is_new = not is_known

    def save(self):
        values = [getattr(self, name) for name in _FIELDS]
        try:
            self._nvs.write(_KEY, seal(struct.pack(_LAYOUT, *values)))
        except OSError as error:
            raise StorageFault("filter log not written: %s" % error)
        self.is_new = False

    def shift(self, ml):
        """The odometer was set higher by so much. Saved, or StorageFault."""
        if not self.is_new:
            self.began_ml += ml
            self.save()

    def change(self, odometer_ml, now_s, is_assumed=False):
        """A new filter. now_s: Unix seconds, 0: unknown. Saved, or StorageFault."""
        self.began_ml, self.began_s = odometer_ml, now_s
        self.is_assumed = 1 if is_assumed or not now_s else 0
        self.poor = self.bad = self.told_level = self.told_limit = 0
        self.save()
