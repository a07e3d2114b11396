"""When to wake next: arithmetic on seconds, no clock in here.

now_s is Unix time, or seconds since power-on as long as the clock has not been set.
"""

from micropython import const

_LONGEST_SLEEP_S = const(86400)
_SHORTEST_SLEEP_S = const(1)  # a sleep of nothing is a reboot loop


def next_slot_s(now_s, period_s):
    """The first multiple of period_s after now_s."""
    return now_s - now_s % period_s + period_s


def sleep_ms(now_s, *wakes_s):
    """Milliseconds from now_s to the earliest of wakes_s, within 1 s ... 1 day."""
    wait_s = min(wakes_s) - now_s
    return max(_SHORTEST_SLEEP_S, min(_LONGEST_SLEEP_S, wait_s)) * 1000


def retry_s(now_s, slot_s, report_s, failures):
    """When to report again after `failures` failed reports in a row (1 or more).

    After 1, 2, 4 ... slots, but never later than the next report slot.
    """
    slots = 1 << min(failures - 1, 16)
    return min(next_slot_s(now_s, slot_s) + (slots - 1) * slot_s, next_slot_s(now_s, report_s))
