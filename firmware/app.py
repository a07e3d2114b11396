"""Wires the meter together. The only place that knows all the parts."""

import gc

import micropython
from micropython import const

from board import board
from firmware.core.errors import StorageFault
from firmware.hal.clock import Clock
from firmware.hal.files import Files
from firmware.hal.flash import journal_device
from firmware.hal.nvs import Nvs
from firmware.hal.power import Power
from firmware.passing import call, in_passing
from firmware.storage.checkpoint import Vault
from firmware.storage.retained import RetainedState
from firmware.storage.state import REPORTING
from firmware.version import VERSION

_WATCHDOG_MS = const(120_000)
# What a report needs in one piece for TLS is not found between garbage, so there it is collected
# often. Elsewhere a collection takes as long as a rule for leaks: what is free and no wake needs
# may be garbage.
_REPORT_GARBAGE_BYTES = const(16_384)
_WAKE_BYTES = const(72_000)  # with words of 64 bits; on a chip they are half as long
_JOURNAL_ROOT = const("/journal")


def run():
    """One wake, or the report in it. Returns when somebody is there: `meter` is ready then."""
    gc.threshold(max(_REPORT_GARBAGE_BYTES, gc.mem_free() - _WAKE_BYTES))
    clock = Clock()
    power = Power(board.BUTTON_PIN, board.ULP_MEASURE)
    made_of, cause = parts(clock, power), power.cause()
    try:
        if cause in ("power_on", "button"):
            known = made_of["retained"], VERSION, journal_place()
            call("firmware.attention", "run", cause, clock, *known)
        power.watchdog_ms(_WATCHDOG_MS)
        if cause == "restart" and made_of["retained"].handed_over() == REPORTING:
            from firmware.sender import sender

            gc.threshold(_REPORT_GARBAGE_BYTES)
            sender(made_of).run()
        from firmware.metering import meter

        meter(made_of, "%s, %s" % (VERSION, journal_place())).run()
    except KeyboardInterrupt:  # what was under way lets go of its memory first
        micropython.kbd_intr(-1)  # Ctrl-C once more ends nothing until the prompt is there
    __import__("firmware.console.start", None, None, ("run",)).run()


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
        "repair": lambda state: in_passing(
            lambda: _repaired(state, vault, retained, system, power.feed)
        ),
    }


def open_store(vault, segment=0, is_damaged=False):
    """The store on the journal partition, or in a directory of the one file system.

    is_damaged: what can't be read of the flash is passed over.
    """
    from firmware.storage.store import Store  # it stays for as long as somebody has one

    return in_passing(lambda: _opened(Store, vault, segment, is_damaged))


def _opened(store, vault, segment, is_damaged):
    from firmware.hal.mounting import Readable, mount, unmount

    try:
        device = journal_device()
        if device and is_damaged:
            device = Readable(device)
        mount(device, _JOURNAL_ROOT)
        try:
            return store(Files(_JOURNAL_ROOT), vault, segment)
        except StorageFault as fault:
            if device is not None:
                unmount(_JOURNAL_ROOT)  # or nobody could mount it again
            raise fault
    except OSError as error:
        raise StorageFault("file system of the journal: %s" % error)


def journal_place():
    """Where the journal is, for people."""
    return "directory" if journal_device() is None else "own partition"


def _repaired(*arguments):
    from firmware.repairing import repair  # once in the life of a few meters

    return repair(*arguments)
