"""Promises: a plan of wakes is never zero and never past the next promise; a fuller cell never has
fewer reports than an emptier one; below its slope a cell spares reports first, readings last, and
an hour of water is the most that a sudden loss of power can cost.
"""

import random

import cuts
from expect import expect
from firmware.core import charge, schedule, thrift

_DAY_S = 86_400
_YEAR_S = 31_557_600
_SLOTS_S = (60, 225, 300, 900, 1200, 1800, 2700, 3600)


def _cases():
    """100,000 in make prove."""
    random.seed(29)
    for _ in range(100_000 if cuts.is_every() else 2000):
        slot_s = random.choice(_SLOTS_S)
        report_s = slot_s * random.randint(1, 604_800 // slot_s)
        quality_s = slot_s * random.randint(3600 // slot_s, 604_800 // slot_s)
        usable_uah = charge.usable_uah(random.randint(1, 100_000))
        planned_s = random.randint(1, 20) * _YEAR_S
        used_uah = random.randint(0, 2 * usable_uah)
        yield slot_s, report_s, quality_s, usable_uah, planned_s, used_uah


def test_a_plan_is_never_zero_never_past_its_next_promise_and_follows_the_cell():
    for slot_s, report_s, quality_s, usable_uah, planned_s, used_uah in _cases():
        passed_s = random.randint(0, 2 * planned_s)
        level = thrift.level(used_uah, usable_uah, passed_s, planned_s)
        more = thrift.level(
            used_uah + random.randint(0, usable_uah), usable_uah, passed_s, planned_s
        )
        later = thrift.level(
            used_uah, usable_uah, passed_s + random.randint(0, _YEAR_S), planned_s
        )
        expect(0 <= later <= level <= more <= thrift.LEVELS, True)
        found = thrift.periods(level, slot_s, report_s, quality_s)
        worse = thrift.periods(more, slot_s, report_s, quality_s)
        expect(all([one <= other for one, other in zip(found, worse)]), True)
        expect((found[0] >= slot_s, found[1] >= report_s, found[2] >= quality_s), (True,) * 3)
        expect((found[0] <= 3600, _DAY_S % found[0]), (True, 0))
        expect((found[1] % found[0], found[2] % found[0]), (0, 0))
        now_ms = 1000 * random.randint(0, 2_000_000_000) + random.randint(0, 999)
        slot, report = (schedule.next_slot_s(now_ms // 1000, one) for one in found[:2])
        asked_s = now_ms // 1000 + random.randint(-10, 2 * _DAY_S)
        sleep_ms = schedule.sleep_ms(now_ms, slot, report, asked_s)
        expect(sleep_ms >= 1000, True)
        promise_ms = 1000 * min(slot, report, asked_s)
        expect(now_ms + sleep_ms <= max(promise_ms, now_ms + 1000), True)


def test_reports_are_spared_first_then_the_probes_readings_last():
    rows = [thrift.periods(level, 900, 21_600, 21_600) for level in range(thrift.LEVELS + 1)]
    expect([row[1] // 21_600 for row in rows], [1, 2, 4, 8, 16])
    expect([row[2] // 21_600 for row in rows], [1, 1, 1, 4, 4])
    expect([row[0] for row in rows], [900, 900, 900, 900, 3600])
    expect({thrift.periods(4, slot_s, 21_600, 21_600)[0] for slot_s in _SLOTS_S}, {3600})
    expect(thrift.periods(4, 3600, 604_800, 604_800), (3600, 604_800, 604_800))


def test_a_level_is_three_hundredths_of_the_cell_below_the_slope():
    usable, planned_s = charge.usable_uah(19_000), 10 * _YEAR_S
    half = usable // 2
    for below_percent, level in (
        (-50, 0),
        (0, 0),
        (3, 0),
        (4, 1),
        (7, 2),
        (10, 3),
        (13, 4),
        (50, 4),
    ):
        used_uah = half + usable * below_percent // 100
        expect((below_percent, thrift.level(used_uah, usable, planned_s // 2, planned_s)),
               (below_percent, level))  # fmt: skip
    # Behind its planned life nothing is asked of it but to be not quite empty.
    expect(thrift.level(usable, usable, 2 * planned_s, planned_s), 0)
