"""Where the journal lives: a data partition of its own, labelled "journal"."""

from esp32 import Partition


def journal_device():
    found = Partition.find(Partition.TYPE_DATA, label="journal")
    return found[0] if found else None
