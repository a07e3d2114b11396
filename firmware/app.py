"""Wires the meter together. The only place that knows all the parts."""

import gc

from micropython import const

from board import board
from firmware.core.errors import StorageFault
from firmware.hal.clock import Clock
from firmware.hal.files import Files, Readable, erase, make, mount, unmount
from firmware.hal.flash import journal_device
from firmware.hal.nvs import Nvs
from firmware.hal.power import Power
from firmware.storage.checkpoint import Vault
from firmware.storage.state import REPORTING, RetainedState
from firmware.storage.store import Store
from firmware.version import VERSION

_WATCHDOG_MS = const(120_000)
# A meter that sleeps at once locks its owner out: time for Ctrl-C after power-on.
_SERVICE_WINDOW_MS = const(2_000)
# Collect often: a heap that has grown with garbage is a heap that TLS can't have.
_GC_THRESHOLD_BYTES = const(16_384)
_JOURNAL_ROOT = "/journal"


def run():
    """One wake, or the report in it. Returns only when somebody pressed Ctrl-C."""
    gc.threshold(_GC_THRESHOLD_BYTES)
    clock = Clock()
    power = Power(board.BUTTON_PIN, board.ULP_MEASURE)
    if power.cause() == "power_on":
        print("Rill %s water meter. Ctrl-C within 2 s for the prompt." % VERSION)
        print("journal: %s" % journal_place())
        clock.sleep_ms(_SERVICE_WINDOW_MS)
    power.watchdog_ms(_WATCHDOG_MS)
    made_of = parts(clock, power)
    if power.cause() == "restart" and made_of["retained"].handed_over() == REPORTING:
        from firmware.sender import sender

        sender(made_of).run()
    from firmware.metering import meter

    meter(made_of, "%s, %s" % (VERSION, journal_place())).run()


def parts(clock, power):
    """What a Wake is made of."""
    vault, system = Vault(Nvs()), Files("")
    retained = RetainedState(power)
    return {
        "clock": clock,
        "power": power,
        "retained": retained,
        "files": system,
        "vault": vault,
        "open_store": lambda segment, is_damaged: open_store(vault, segment, is_damaged),
        "repair": lambda state: repair(state, vault, retained, system, power.feed),
    }


def open_counter(config):
    """The pulse counter for the configured sensor; OSError when this chip or image has none.

    config: None when it could not be read.
    """
    if config is None:
        from firmware.config import checked

        config = checked({})
    if config.pulse_sensor == "hall":
        from firmware.hal.pcnt_counter import PulseCounter

        return PulseCounter(config)
    from firmware.hal.counter import Counter

    return Counter(config, board.ULP_MEASURE)


def open_store(vault, segment=0, is_damaged=False):
    """The store on the journal partition, or in a directory of the one file system.

    is_damaged: what can't be read of the flash is passed over.
    """
    try:
        device = journal_device()
        if device and is_damaged:
            device = Readable(device)
        mount(device, _JOURNAL_ROOT)
        try:
            return Store(Files(_JOURNAL_ROOT), vault, segment)
        except StorageFault as fault:
            if device is not None:
                unmount(_JOURNAL_ROOT)  # or nobody could mount it again
            raise fault
    except OSError as error:
        raise StorageFault("file system of the journal: %s" % error)


def journal_place():
    """Where the journal is, for people."""
    return "directory" if journal_device() is None else "own partition"


def repair(state, vault, retained, system, feed):
    """Make a journal that can't be opened anew, after all unread records were saved from it.

    Says how many. StorageFault.
    """
    from firmware.storage.salvage import save_unread

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
