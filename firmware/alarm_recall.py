"""The rules of a meter that got power, or of alarms that a command has cleared. Only then."""

from firmware.alarm_news import learned
from firmware.core.leaks.terms import CONTINUOUS, QUALITY
from firmware.core.leaks.whole import Whole


def recalled(meter, limits):
    """(the rules, what was cleared of them). meter: the Alarming that looks."""
    known, boot = meter.known, meter.state.boot
    watch, has_power_again = Whole(limits), known.is_new or known.boot != boot
    if known.is_new:
        habits = learned(meter)
        if habits:
            watch.relearn(habits)
    else:
        watch.unpack(known.rules)
    if has_power_again:
        watch.begin(meter.up_s)
        known.boot, known.up_s = boot, meter.up_s
        meter.see_counter()
        known.seen_bursts = meter.state.bursts
    changes = []
    for kind in range(CONTINUOUS, QUALITY + 1):
        if known.clears & 1 << kind:
            changes += watch.clear(kind)
    known.clears = 0
    return watch, changes
