"""What is told of a boot that was not the end of a sleep. In memory only meanwhile."""

from firmware import surviving
from firmware.core import event

_REASONS = {"power_on": event.POWER_ON, "reset": event.RESET, "watchdog": event.WATCHDOG}


def tell(cause, power, state, keeping, about, now_s):
    """cause: of hal/power.py; others than resets are not told. about: firmware and journal."""
    reason = _REASONS.get(cause)
    if reason is None:
        return
    if power.was_brown_out():
        reason = event.BROWN_OUT
    state.causes |= 1 << reason
    keeping.note(event.BOOT, reason, state.boot, about)
    surviving.reset(keeping.vault.nvs, state, now_s, reason, keeping.note)
