"""Promise: the meter never sleeps past a slot, never for nothing, and retries in between."""

import random

from expect import expect
from firmware.core import schedule

_SLOTS_S = (60, 300, 900, 1800, 3600)


def _cases():
    random.seed(2)
    for _ in range(20_000):
        slot_s = random.choice(_SLOTS_S)
        yield random.getrandbits(random.randint(1, 32)), slot_s, slot_s * random.randint(1, 168)


def test_a_slot_is_a_multiple_and_the_next_one():
    for now_s, slot_s, _ in _cases():
        next_s = schedule.next_slot_s(now_s, slot_s)
        expect(next_s % slot_s, 0)
        expect(schedule.EARLY_S <= next_s - now_s <= slot_s + schedule.EARLY_S, True)


def test_a_sleep_is_never_nothing_and_never_past_the_next_wake():
    for now_s, slot_s, report_s in _cases():
        wakes = schedule.next_slot_s(now_s, slot_s), schedule.next_slot_s(now_s, report_s)
        ms = schedule.sleep_ms(1000 * now_s, *wakes)
        expect(1000 <= ms <= (min(wakes) - now_s) * 1000, True)


def test_a_slot_in_the_past_or_far_away_is_a_second_or_a_day():
    for wake_s, ms in ((0, 1000), (5000, 1000), (4999, 1000), (1 << 32, 86_400_000)):
        expect(schedule.sleep_ms(5_000_000, wake_s), ms)


def test_a_retry_lies_between_the_next_slot_and_the_next_report_slot():
    for now_s, slot_s, report_s in _cases():
        failures = 1 + (now_s & 0xFF if now_s & 1 else now_s % 5)
        retry_s = schedule.retry_s(now_s, slot_s, report_s, failures)
        expect(retry_s % slot_s, 0)
        expect(schedule.next_slot_s(now_s, slot_s) <= retry_s, True)
        expect(retry_s <= schedule.next_slot_s(now_s, report_s), True)


def test_retries_come_after_one_two_and_four_slots():
    found = [schedule.retry_s(7200, 3600, 86_400, n) // 3600 - 2 for n in (1, 2, 3, 4, 5, 255)]
    expect(found, [1, 2, 4, 8, 16, 22])


def test_while_an_alarm_waits_the_first_twelve_retries_are_an_hour_apart_at_the_most():
    for slot_s, slots in ((3600, (1, 1, 1, 1, 22)), (900, (1, 2, 4, 4, 88))):
        found = [
            (schedule.retry_s(7200, slot_s, 86_400, n, True) - 7200) // slot_s
            for n in (1, 2, 3, 12, 13)
        ]
        expect(found, list(slots))
