"""The rules of a meter that got power, or of alarms that a command has cleared. Only then."""

from firmware.core.leaks import anew
from firmware.core.leaks.terms import CONTINUOUS, QUALITY
from firmware.core.leaks.watch import Watch
from firmware.passing import call, once


def recalled(meter, limits):
    """(the rules, what was cleared of them). meter: the Alarming that looks."""
    known, boot, clears = meter.known, meter.state.boot, meter.known.clears
    watch = Watch(limits, once)
    has_power_again = known.is_new or known.boot != boot
    if known.is_new:
        habits = call("firmware.alarm_news", "learned", meter)
        if habits:
            anew.relearn(watch, habits)
        else:
            anew.know_nothing(watch)
    else:
        watch.unpack(known.rules)
    if has_power_again:
        anew.begin(watch, meter.up_s)
        known.boot, known.up_s = boot, meter.up_s
        meter.see_counter()
        known.seen_bursts = meter.state.bursts
    changes, known.clears = [], 0
    for kind in range(CONTINUOUS, QUALITY + 1):
        if clears & 1 << kind:
            changes += call("firmware.core.leaks.whole", "clear", watch, kind)
    return watch, changes
