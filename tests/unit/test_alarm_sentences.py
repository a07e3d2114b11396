"""Promise: each alarm has a sentence that says what it is, since when, how much, what to do."""

from expect import expect
from firmware.core.leaks.names import KINDS
from firmware.core.leaks.terms import Change
from firmware.service.alarm_sentences import sentence
from firmware.service.local_time import local


def test_a_leak_is_told_with_its_age_and_its_water():
    leak = Change(1, 2, 2, 1000, 90_000, 5_040, 300, 361_000)
    expect(
        sentence(leak, 1000 + 3 * 86_400 + 5),
        "A leak: water never stands still, since 3 days: 5.0 (+-0.3) L/h, 361.0 L so far."
        " What to do: close the stop valve; the meter must stand still.",
    )


def test_its_begin_is_told_in_local_time_where_the_time_is_known():
    leak = Change(1, 2, 2, 1000, 0, 0, 0, 0)
    text = sentence(leak, 8200, local(1_764_374_399, 330))
    expect("since 2 hours (2025-11-29 05:29). What" in text, True)
    expect(local(1_764_374_399, -210), "2025-11-28 20:29")


def test_every_kind_and_level_has_one_and_no_two_have_the_same():
    told = set()
    for kind in range(1, len(KINDS) + 1):
        for level in (1, 2):
            text = sentence(Change(kind, level, level, 0, 0, 0, 0, 0), 7200)
            expect(("since 2 hours" in text, ". What to do: " in text), (True, True))
            told.add((kind, text))
    expect(len({text for _, text in told}), len(told))
