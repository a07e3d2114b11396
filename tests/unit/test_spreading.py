"""Promise: meters with a modem never come all at once: each has a place of its own in the window,
a retry is never at once and never later than that place, and the head end may name another one.
"""

import random

import cuts
from expect import expect
from firmware import planning, spreading
from firmware.config import checked
from firmware.core import fault, schedule
from firmware.core.backoff import refusal_s, retry_s, spread_s, tomorrow_s

_DAY_S = 86_400
_LEAST_S = 300
_MODEM = {"link": "nbiot", "modem": "bc66", "modem_key_pin": 25, "modem_reset_pin": 26}


class _Power:
    def unique_id(self):
        return b"\x24\x0a\xc4\x00\x00\x01"


class _Time:
    def is_known(self):
        return True


class _State:
    failures = next_report_s = 0
    time = _Time()


def _cases():
    """100,000 in make prove."""
    random.seed(10)
    for _ in range(100_000 if cuts.is_every() else 3000):
        slot_s = random.choice((60, 900, 3600))
        report_s = slot_s * random.randint(1, 168)
        window_s = random.randint(60, 604_800)
        now_s = 1_790_000_000 + random.getrandbits(27)
        yield now_s, slot_s, report_s, window_s, random.getrandbits(16)


def _config(**settings):
    for key in _MODEM:
        settings[key] = _MODEM[key]
    return checked(settings)


def _most(identities, window_s=3600):
    """Of a second, over the mean."""
    seconds = [0] * window_s
    for identity in identities:
        seconds[spread_s(identity, window_s)] += 1
    return max(seconds) * window_s / sum(seconds)


def test_numbers_that_follow_each_other_fall_evenly():
    expect(_most("meter-%07d" % (770_001 + n) for n in range(36_000)) <= 1.2, True)
    # Chips of one reel, whose names are their numbers in hexadecimal.
    expect(_most((0x240AC4 << 24 | n).to_bytes(6, "big") for n in range(36_000)) <= 1.2, True)


def test_names_that_differ_in_letters_only_do_not_come_at_once():
    letters = "abcdefghijklmnopqrstuvwxyz"
    names = ("well-7" + a + b + c for a in letters for b in letters for c in letters[:9])
    expect(_most(names, 60) <= 1.6, True)  # a hash: 100 in each second on average


def test_a_place_is_within_its_window():
    for now_s, _, _, window_s, chance in _cases():
        for identity in ("m", "", "meter-%d" % now_s, chance.to_bytes(6, "big")):
            expect(0 <= spread_s(identity, window_s) < window_s, True)


def test_the_next_report_is_at_the_meters_place_and_within_a_period():
    config = _config(device="")
    for now_s, _, report_s, window_s, chance in _cases():
        config.report_s, config.report_window_s = report_s, window_s
        config.device = "meter-%d" % chance if chance & 1 else ""
        config.report_offset_s = chance * 9 if chance & 2 else -1
        next_s = spreading.report_slot_s(config, _Power(), now_s)
        early_s = schedule.EARLY_S
        expect(early_s <= next_s - now_s <= report_s + early_s, True)
        if chance & 2:
            expect((next_s - config.report_offset_s) % report_s, 0)
        else:
            expect(next_s % report_s < window_s, True)
        expect(spreading.report_slot_s(config, _Power(), next_s) - next_s, report_s)


def test_a_retry_is_never_at_once_and_never_past_the_next_place():
    for now_s, _, report_s, window_s, chance in _cases():
        failures = 1 + chance % (255 if chance & 1 else 5)
        place_s = now_s + 5 + now_s % report_s
        found_s = retry_s(now_s, place_s, window_s, failures, chance & 2, chance)
        expect(now_s + _LEAST_S <= found_s <= max(place_s, now_s + _LEAST_S), True)
        expect(tomorrow_s(now_s, window_s, chance) > 0, True)


def test_retries_are_further_apart_each_time_and_spread_over_the_window():
    far_s = 10 * _DAY_S
    for failures, middle_s in ((1, 3600), (2, 10_800), (3, 32_400), (4, _DAY_S), (255, _DAY_S)):
        found = [retry_s(0, far_s, 3600, failures, False, n << 12) for n in range(16)]
        expect((found[0], found[8]), (middle_s // 2, middle_s))
        expect(found == sorted(set(found)), True)
        expect(found[-1] < middle_s * 3 // 2, True)
    # An alarm does not wait so long, nor does a meter that has the hour for itself.
    expect(retry_s(0, far_s, 3600, 1, True, 32768), 600)
    expect(retry_s(0, far_s, 60, 1, False, 32768), 600)


def test_who_is_refused_waits_whatever_is_planned():
    config, state = _config(device="m7"), _State()
    state.failures = 3
    for wait_s in (900, _DAY_S):
        planning.after_report(state, config, _Power(), 1_790_000_000, wait_s, False, 0)
        expect(state.next_report_s, 1_790_000_000 + wait_s)
    for failures, found, cause, least_s in (
        (1, fault.DENIED, 22, 900),
        (2, fault.DENIED, 22, 2700),
        (1, fault.DENIED, 15, 3600),
        (1, fault.DENIED, 8, _DAY_S),
        (1, fault.CONTEXT, 29, 3600),
        (9, fault.SIM, 10, _DAY_S),
    ):
        expect(refusal_s(failures, found, cause, 0), least_s)
        expect(least_s <= refusal_s(failures, found, cause, 65_535) < least_s * 3 // 2, True)
    for found in (fault.CONNECT, fault.BROKER, fault.PUBACK, fault.COVERAGE, fault.SILENT):
        expect(refusal_s(3, found, 0, 65_535), 0)


def test_a_failed_report_is_tried_again_before_the_next_place_of_the_meter():
    config, state = _config(device="m7"), _State()
    now_s = 1_790_000_000
    place_s = planning.report_slot_s(config, _Power(), now_s)
    for failures in range(1, 20):
        state.failures = failures
        planning.after_report(state, config, _Power(), now_s, 0, False, 0)
        expect(now_s < state.next_report_s <= place_s, True)
    state.failures = 0
    planning.after_report(state, config, _Power(), now_s, 0, False, 0)
    expect(state.next_report_s, place_s)


def test_a_report_that_fails_behind_setting_the_clock_is_tried_when_it_is_planned():
    config, state, now_s = _config(device="m7"), _State(), 1_790_000_000
    for failures, next_report_s, is_kept in (
        (1, now_s + 900, True),
        (1, now_s + 86_400, True),
        (0, now_s + 900, False),  # it went through: its slot is by the new clock
        (1, 900, False),  # of seconds since power-on
        (1, now_s + 900_000, False),
    ):
        state.failures, state.next_report_s = failures, next_report_s
        state.next_slot_s, state.clock_set = now_s, 0
        planning.follow_clock(state, config, _Power(), now_s)
        expect(state.clock_set, 1)
        expect((next_report_s, state.next_report_s == next_report_s), (next_report_s, is_kept))


def test_a_clock_that_is_put_back_brings_no_second_report_in_a_slot():
    config, state = _config(device="m7", report_s=_DAY_S), _State()
    state.next_slot_s, state.clock_set = 1_790_003_600, 1
    place_s = planning.report_slot_s(config, _Power(), 1_790_000_000)
    for back_s in (0, 1, 17, 900, 10_000):
        now_s = place_s - back_s
        planning.after_report(state, config, _Power(), now_s, 0, False, place_s)
        expect((back_s, state.next_report_s), (back_s, place_s + _DAY_S))
        state.next_slot_s = now_s + 60
        planning.follow_clock(state, config, _Power(), now_s)
        expect((back_s, state.next_report_s), (back_s, place_s + _DAY_S))
    # By far more than any clock runs wrong: it was wrong before.
    planning.after_report(state, config, _Power(), place_s, 0, False, place_s + 7 * _DAY_S)
    expect(state.next_report_s, place_s + _DAY_S)
