"""A journal that can't be opened is made anew. Imported only then."""

from firmware.core.errors import StorageFault
from firmware.hal.flash import journal_device
from firmware.hal.mounting import Readable, erase, make
from firmware.storage.salvage import save_unread


def repair(state, vault, retained, system, feed):
    """Make a journal that can't be opened anew, after all unread records were saved from it.

    Says how many. StorageFault.
    """
    device = journal_device()
    if device is None:
        raise StorageFault("the journal is a directory; only its file system can be made anew")
    try:
        readable = Readable(device)
        if not state.journal:
            from firmware.storage.nameless import Nameless
            from firmware.waking import recall

            recall(state, Nameless(readable, feed))
        saved, lost = save_unread(readable, system, state, feed)
        vault.save(state)
        retained.save(state)  # what was recalled must not be looked for in a flash half erased
        # All of it: a frame that is left would be taken for one of the new journal some day.
        erase(device, feed)
        make(device)
        return "%d unsent records saved, %d lost" % (saved, lost)
    except OSError as error:
        raise StorageFault("journal not made anew: %s" % error)
