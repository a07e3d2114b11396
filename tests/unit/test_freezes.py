"""Promise: 460 days and 36 month ends stay, however many readings come."""

import random

from expect import expect
from firmware.core import freeze, record
from firmware.storage.freezes import Freezes
from firmware.storage.reader import Reader
from flash import RamFlash, every_cut, mounted, remounted

DAY_S = 86_400
BEGAN_S = 1_767_225_600  # 2026-01-01


def _reading(time_s, odometer_ml=0):
    return record.Reading(time_s, 1, 0, odometer_ml, 0, 3600, odometer_ml // 1000, 0, 0, 2, 0)


def _freezes(files):
    folders = [files.folder(name) for name in ("freezes", "full")]
    for folder in folders:
        folder.make()
    return Freezes(*folders)


def _each(journal):
    reader = Reader(journal, 1)
    while reader.advance():
        yield freeze.unpack(reader.body)


def _all(journal):
    return list(_each(journal))


def test_years_of_days_leave_460_days_and_36_months():
    flash = RamFlash(24)
    freezes = _freezes(mounted(flash))
    for day in range(1600):
        freezes.keep(_reading(BEGAN_S + day * DAY_S + 2, 1000 * day))
    freezes = _freezes(remounted(flash))
    reader, day = Reader(freezes.days, 1), None
    while reader.advance():
        found = freeze.unpack(reader.body).odometer_ml // 1000
        if day is None:
            expect(1600 - found >= 460, True)
        else:
            expect(found, day + 1)
        day = found
    expect(day, 1599)
    months = _all(freezes.months)
    expect(len(months), 53)  # from January 2026 to May 2030
    expect([freeze.month(f.time_s // DAY_S) - 12 * 2026 for f in months], list(range(53)))
    expect(months[1].odometer_ml, 31_000)


def test_years_of_wakes_with_a_clock_that_is_put_right_around_midnight_freeze_each_day_once():
    random.seed(11)
    flash = RamFlash(24)
    freezes = _freezes(mounted(flash))
    for day in range(1110):  # the older of two segments has just been dropped
        midnight_s = BEGAN_S + day * DAY_S
        # The clock goes back and forth over midnight, by seconds or by hours.
        step_s = random.choice((2, 2, 40, 7200))
        for time_s in (midnight_s + 5, midnight_s - step_s, midnight_s + 9 + step_s):
            freezes.keep(_reading(time_s, 1000 * day))
    freezes = _freezes(remounted(flash))
    first = day = None
    for frozen in _each(freezes.days):
        before, day = day, (frozen.time_s - BEGAN_S) // DAY_S
        expect((day, frozen.odometer_ml), (day if before is None else before + 1, 1000 * day))
        first = day if first is None else first
    expect((1110 - first >= 460, day), (True, 1109))
    months = [freeze.month(f.time_s // DAY_S) - 12 * 2026 for f in _each(freezes.months)]
    expect(months, list(range(37)))


def test_a_clock_that_was_days_ahead_stops_no_freeze():
    freezes = _freezes(mounted(RamFlash(24)))
    for day in (0, 1, 90, 2, 3):
        freezes.keep(_reading(BEGAN_S + day * DAY_S, day))
    expect([f.odometer_ml for f in _all(freezes.days)], [0, 1, 90, 2, 3])


def test_only_the_first_reading_of_a_day_is_kept():
    freezes = _freezes(mounted(RamFlash(24)))
    for hour in range(72):
        freezes.keep(_reading(BEGAN_S + 3600 * hour, hour))
    expect([f.odometer_ml for f in _all(freezes.days)], [0, 24, 48])
    expect(len(_all(freezes.months)), 1)


def test_a_clock_put_right_around_midnight_repeats_no_day():
    freezes = _freezes(mounted(RamFlash(24)))
    midnight_s = BEGAN_S + 31 * DAY_S  # the first of February
    for time_s in (
        midnight_s - 7200,
        midnight_s + 3,
        midnight_s - 2,
        midnight_s + 8,
        midnight_s + 90,
    ):
        freezes.keep(_reading(time_s))
    expect([f.time_s - midnight_s for f in _all(freezes.days)], [-7200, 3])
    expect(len(_all(freezes.months)), 2)


def test_power_lost_anywhere_in_a_freeze_costs_none():
    flash = RamFlash(24)
    freezes = _freezes(mounted(flash))
    for day in range(20):
        freezes.keep(_reading(BEGAN_S + (11 + day) * DAY_S))
    february = _reading(BEGAN_S + 31 * DAY_S)

    def act(files):
        _freezes(files).keep(february)

    def check(files, done):
        freezes = _freezes(files)
        freezes.keep(february)  # as the next wake does
        expect([f.time_s // DAY_S for f in _all(freezes.days)], list(range(20_465, 20_486)))
        expect(len(_all(freezes.months)), 2)

    every_cut(flash, act, check)
