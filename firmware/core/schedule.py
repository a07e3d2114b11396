"""When to wake next: arithmetic on seconds, no clock in here.

now_s is Unix time, or seconds since power-on as long as the clock has not been set.
"""

from micropython import const

_LONGEST_SLEEP_MS = const(86_400_000)
# A sleep ends by the slow clock, which follows the temperature: half a per mille an hour is 2 s.
# To go back to sleep for those would cost more than they are worth.
EARLY_S = const(5)
_URGENT_TRIES = const(12)
_SHORTEST_SLEEP_MS = const(1000)  # a sleep of nothing is a reboot loop


def slot(time_s, period_s, early_s=EARLY_S):
    """The number of the slot that a reading of time_s belongs to, up to early_s before it."""
    return (time_s + early_s) // period_s


def next_slot_s(now_s, period_s):
    """The first multiple of period_s after the slot of now_s."""
    return (slot(now_s, period_s) + 1) * period_s


def sleep_ms(now_ms, *wakes_s):
    """Milliseconds from now_ms to the earliest of wakes_s, within 1 s ... 1 day."""
    return within(1000 * min(wakes_s) - now_ms)


def within(sleep_ms):
    """The sleep, not shorter than a second and not longer than a day."""
    return max(_SHORTEST_SLEEP_MS, min(_LONGEST_SLEEP_MS, sleep_ms))


def retry_s(now_s, slot_s, report_s, failures, is_urgent=False):
    """When to report again after `failures` failed reports in a row (1 or more).

    After 1, 2, 4 ... slots, but never later than the next report slot; while an alarm waits also
    each hour, twelve times at the most: a network that stays away does not drain the cell.
    """
    slots = 1 << min(failures - 1, 16)
    if is_urgent and failures <= _URGENT_TRIES:
        slots = min(slots, max(1, 3600 // slot_s))
    return min(next_slot_s(now_s, slot_s) + (slots - 1) * slot_s, next_slot_s(now_s, report_s))
