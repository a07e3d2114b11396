"""The few numbers that must outlive a loss of power, and every file system.

They lie in the image's non-volatile storage, which keeps the old or the new ones whenever
power fails. Written at power-on, around each report, each 100 pulses between two records, and
before a journal is made anew.
"""

import struct

from firmware.core.errors import StorageFault
from firmware.core.seal import seal

# Another layout takes another key: what is newer than this firmware stays as it is.
KEY = "checkpoint2"
LAYOUT = "<HBBBBQIIIIQQIIIqIIIB"

NAMES = (
    "boot",  # how often the meter got power, modulo 2**16
    "starts",  # power-ons in a row whose first wake did not end in sleep
    "is_blank",  # 1: began at zero, and what a journal may know of earlier is to be added
    "is_configured",  # 1: a configuration has been accepted once
    "is_new_journal",  # 1: it is another one than before, which no event has told yet
    "journal",  # id of the journal that the numbers of records belong to, 0: none
    "cursor_seq",  # first reading that is not acknowledged
    "next_seq",  # no reading has this number or a higher one
    "event_cursor_seq",
    "event_next_seq",
    "odometer_ml",
    "pulses",
    "rest",  # carried remainder of the volume conversion
    "count",  # the coprocessor's counter at that time
    "reverse_pulses",
    "offset_ml",  # what the meter body showed more than the odometer
    "command_counter",  # of the last command that was obeyed
    "again_seq",  # acknowledged records that a head end wants once more: from here
    "again_end",  # up to the one before this; not above again_seq: none
    "again_stream",  # 0: they are readings, 1: events
)


class Vault:
    """The checkpoint on an Nvs port. nvs: where others have theirs, too."""

    def __init__(self, nvs):
        self.nvs = nvs

    def load(self):
        """As last saved; of a new meter when there is none or it is damaged. StorageFault."""
        from firmware.storage.known import loaded  # when retained memory has nothing

        return loaded(self.nvs)

    def save(self, state):
        """From the state of the meter, or whatever else has the same attributes."""
        values = [getattr(state, name) for name in NAMES]
        try:
            self.nvs.write(KEY, seal(struct.pack(LAYOUT, *values)))
        except OSError as error:
            raise StorageFault("checkpoint not written: %s" % error)
