"""A boot that was not the end of a sleep. In memory only meanwhile."""

from firmware import surviving
from firmware.core import event

_REASONS = {"power_on": event.POWER_ON, "reset": event.RESET, "watchdog": event.WATCHDOG}


def begin(cause, power, state, config, nvs, now_s):
    """cause: of hal/power.py; nothing is done behind others than resets. config may be None."""
    reason = _reason(cause, power)
    if reason is not None and not (config and config.link == "wifi"):
        surviving.hold(nvs, state, now_s, reason)


def tell(cause, power, state, keeping, about):
    """about: firmware and journal."""
    reason = _reason(cause, power)
    if reason is not None:
        state.causes |= 1 << reason
        keeping.note(event.BOOT, reason, state.boot, about)
        surviving.tell(keeping.vault.nvs, keeping.note)


def _reason(cause, power):
    reason = _REASONS.get(cause)
    return event.BROWN_OUT if reason is not None and power.was_brown_out() else reason
