"""A meter for another owner: history, keys and identity go, the odometer stays."""

import os

from micropython import const

from firmware.console.facts import cubic_metres
from firmware.console.installer import forget, who
from firmware.core import event
from firmware.core.errors import StorageFault
from firmware.hal.flash import journal_device
from firmware.passing import call
from firmware.storage.learned import keep as keep_learned

_JOURNAL = "/journal"
_CONFIG = const("config.json")
_MARK = const("erasing")  # on the flash: it has begun, and not ended
_DIGITS = const(4)
_IS_FOLDER = const(0x4000)  # the kind of an entry
# Of the image's own file system; records of a lost journal, too. Calibrations and the energy
# ledger stay: they are of the probes and of the cell.
_FILES = (
    "command.key", "client.key", "client.der", "broker.der", "commanded.json", "unsent",
    "unsent.id", "restoring",
)  # fmt: skip


def erase(session):
    """Asks for the last characters of the serial number, then does it."""
    from firmware.console.status import facts

    found, state = facts(session), session.state
    serial = found["device"] or found["chip"]
    print("This removes all readings and events, the keys, the configuration and the")
    print("installer code. %d readings have not been sent." % found["readings_waiting"])
    print("The odometer stays at %s." % cubic_metres(state.odometer_ml))
    name = who(session)
    print("The serial number is %s." % serial)
    if (
        session.keys.ask("Its last %d characters, to erase: " % _DIGITS).strip()
        != serial[-_DIGITS:]
    ):
        raise ValueError("that is not how it ends: nothing has changed")
    session.change(lambda: _erase(session, name))
    print("Erased. The odometer is %s." % cubic_metres(state.odometer_ml))


def _erase(session, name):
    state, keeping, files = session.state, session.keeping, session.files
    if state.is_blank:
        keeping.store()  # what the journal knows of before is in the odometer then
    session.take()
    if not keeping.keep():
        raise StorageFault("the odometer could not be kept, so nothing was erased")
    files.replace(_MARK, b"")
    # In one step, and before all else: half a meter reports nothing. It stands before the last
    # good one until that has gone with the journal.
    files.replace(_CONFIG, b"{}")
    for one in _FILES:
        for file in (one, one + ".new"):  # what was cut off while it was written
            if files.size(file) is not None:
                files.remove(file)
    forget()
    keep_learned(keeping.vault.nvs, b"")
    session.retained.keep_watch(b"")
    session.retained.keep_modem(b"")
    call("firmware.surviving", "end", keeping.vault.nvs, True)
    _erase_journal(session)
    files.remove(_CONFIG)
    for key in ("is_configured", "told_crc", "causes", "failures", "valve", "is_subscribed"):
        setattr(state, key, 0)
    state.unsent_offset = state.unsent_pass = state.store_faults = state.storage_faults = 0
    state.is_new_journal = state.flags = state.next_slot_s = 0
    session.open_anew()
    # The journal knows the odometer by this, as behind any hand-over.
    session.keeping.note(event.HAND_OVER, state.odometer_ml, state.odometer_ml, name + ", erased")
    session.keeping.note(event.BODY_READING, state.offset_ml, state.offset_ml, name)
    state.is_new_journal = 0
    session.configure()
    if not session.keeping.keep():
        raise StorageFault("erased, but the odometer could not be kept: try once more")
    files.remove(_MARK)


def _erase_journal(session):
    from firmware.hal.mounting import erase as erase_device
    from firmware.hal.mounting import make, unmount

    device = journal_device()
    if device is not None:
        unmount(_JOURNAL)
        erase_device(device, session.power.feed)
        make(device)
        return
    _empty(_JOURNAL)


def _empty(folder):
    """Also of what was cut off while it was written, which Files does not list."""
    for entry in os.ilistdir(folder):
        path = "%s/%s" % (folder, entry[0])
        if entry[1] == _IS_FOLDER:
            _empty(path)
        else:
            os.remove(path)
