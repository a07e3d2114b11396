"""When the next reading and the next report are due; the arithmetic is in core/schedule.py."""

import os

from micropython import const

from firmware.core import record, schedule
from firmware.passing import call

_SLOT_WITHOUT_CONFIG_S = const(3600)
_SOON_S = const(30)  # who asks for a look again and again gets one so often at the most
_LONGEST_RETRY_S = const(129_600)  # a day, and half of it as jitter
_BUDGET_PERIOD_S = const(86_280)  # a day; a wake may come a little early


def slot_s(config):
    return config.slot_s if config else _SLOT_WITHOUT_CONFIG_S


def let_slot_pass(state, config, now_s):
    # A slot that is due and stays due would be a sleep of a second, again and again.
    state.next_slot_s = schedule.next_slot_s(now_s, slot_s(config))


def report_slot_s(config, power, now_s):
    """When the next report is due. Over a public network meters don't all come at once."""
    if not config:
        return schedule.next_slot_s(now_s, _SLOT_WITHOUT_CONFIG_S)
    if config.link == "wifi":
        return schedule.next_slot_s(now_s, config.report_s)
    return call("firmware.spreading", "report_slot_s", config, power, now_s)


def has_own_wake(state, config, now_s):
    """True when the next report is not at a slot, and still to come."""
    if not config or not config.broker_host or config.link == "wifi":
        return False
    return state.next_report_s > now_s


def after_report(state, config, power, now_s, retry_s, is_urgent, due_s):
    """The next report is due ... retry_s: what the link asks for when it failed, 0: nothing.

    due_s: when this one was, by the clock of before it.
    """
    failures = state.failures
    if not failures:
        # The network has put the clock back: this slot has its report already.
        after_s = due_s if 0 < due_s - now_s < _put_back_s(config) else now_s
        state.next_report_s = report_slot_s(config, power, after_s)
    elif retry_s:
        state.next_report_s = now_s + retry_s
    elif config.link == "wifi":
        state.next_report_s = schedule.retry_s(
            now_s, config.slot_s, config.report_s, failures, is_urgent
        )
    else:
        parts = config, power, now_s, failures, is_urgent, os.urandom(2)
        state.next_report_s = call("firmware.spreading", "retry_s", *parts)


def _put_back_s(config):
    """So much a clock may be put back behind a report without another one in the same slot."""
    return config.report_s // 8


def look_wakes_s(state, retained, now_s):
    """When another look for leaks is wanted, by the meter's clock: a list of one or none."""
    wanted_s = retained.watch_head()[0]
    if not wanted_s:
        return []
    return [now_s + max(_SOON_S, wanted_s - state.time.raw_us // 1_000_000)]


def allowance(state, config, retained, now_s):
    """(wakes because of marks from now on, None: what is left; but not fewer than this).

    wake_budget once a day. Behind it one is left while no burst is followed, so that each may be
    known half an hour after its begin: docs/leaks.md.
    """
    if not config:
        return None, 0
    is_left = config.wake_budget and _can_look(state) and not retained.watch_head()[3]
    least = 1 if is_left else 0
    if 0 < state.refill_s - now_s <= _BUDGET_PERIOD_S:
        return None, least
    state.refill_s = now_s + _BUDGET_PERIOD_S
    state.refusals = 0
    return config.wake_budget, least


def sooner_ms(sleep_ms, state, retained):
    """The sleep, or a short one: a burst began behind this wake's look and may wake nobody."""
    seen = retained.watch_head()[4]
    is_seen = seen is None or seen == state.bursts
    return sleep_ms if is_seen or not _can_look(state) else min(sleep_ms, 1000 * _SOON_S)


def _can_look(state):
    """False where a fault may keep each wake from its look for leaks."""
    return not state.flags & (record.STORAGE_FAULT | record.COUNTER_FAULT)


def follow_clock(state, config, power, now_s):
    """Move the slots when the clock has been set or stepped, or the periods are new."""
    period_s = slot_s(config)
    latest_s = config.report_s + _put_back_s(config) if config else period_s
    if state.failures and config and config.link != "wifi":
        latest_s = max(latest_s, _LONGEST_RETRY_S)
    clock_set = 1 if state.time.is_known() else 0
    if clock_set != state.clock_set or state.next_slot_s - now_s > period_s + schedule.EARLY_S:
        state.clock_set = clock_set
        state.next_slot_s = schedule.next_slot_s(now_s, period_s)
        if not (state.failures and now_s < state.next_report_s <= now_s + latest_s):
            # Else the report that set the clock has failed: it is tried again as planned by that.
            state.next_report_s = report_slot_s(config, power, now_s)
    elif state.next_report_s - now_s > latest_s + schedule.EARLY_S:
        state.next_report_s = report_slot_s(config, power, now_s)
