"""What was wrong with a report over Wi-Fi, told once: an outage of days is one event.

Over a modem climbing.py tells it. In memory only meanwhile.
"""

from firmware.core import event, fault
from firmware.storage.modem_state import ModemState


def begins(retained, note, error):
    """Note the UplinkError as an event, unless the report before failed of the same.

    note(code, before, after, text) is False when that could not be stored: it is told later.
    """
    known = ModemState(retained)
    found, cause = error.fault or fault.WIFI, error.cause & 0xFFFF
    if (found, cause) == (known.fault, known.cause):
        return
    if note(event.LINK, found, error.cause, str(error)):
        known.fault, known.cause = found, cause
        known.keep()


def ends(retained):
    """A report got through: the next failure is told again."""
    known = ModemState(retained)
    if known.fault:
        known.fault = known.cause = 0
        known.keep()
