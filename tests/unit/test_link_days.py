"""Promise: what a modem may take is counted by the day, from the first moment on, also before the
meter knows the time.
"""

import sys

from expect import expect, expect_raises
from firmware.core import fault, ladder, radio
from firmware.core.errors import UplinkError
from firmware.joining import join
from firmware.storage.modem_state import ModemState
from ports import FakeClock

_DAY_S = 86_400
_TODAY_S = 20_454 * _DAY_S


class _Retained:
    packed = b""

    def modem(self, size):
        return self.packed

    def keep_modem(self, packed):
        self.packed = packed


class _Config:
    link, modem, apn, band, report_s = "nbiot", "bc66", "apn", 8, 21_600
    modem_supply_pin = 27


class _Report:
    """Of nbiot.py, up to the first word to the modem."""

    is_urgent = is_asked = False
    config = _Config
    failures = 1

    def __init__(self, retained, now_s):
        self.retained, self.now_s = retained, now_s
        self.tried, self.notes = [], []
        self.budget = radio.Budget(FakeClock(), 0, 0)

    def note(self, code, before, after, text=""):
        self.notes.append((code, before, after, text))

    def engine(self):
        raise UplinkError("so far", fault.SILENT)


def _begins(retained, now_s):
    report = _Report(retained, now_s)
    return expect_raises(UplinkError, join, report).fault, report


def test_a_day_that_begins_without_a_clock_goes_on_when_it_is_set():
    retained = _Retained()
    expect(_begins(retained, 5)[0], fault.SILENT)
    known = ModemState(retained)
    known.spent_mj, known.alarm_mj = 39_500, 40_000  # of who connected the cell
    known.keep()
    found, report = _begins(retained, _TODAY_S + 7200)
    expect(found, fault.BUDGET)
    report.is_urgent = True  # an alarm still has its own
    expect(expect_raises(UplinkError, join, report).fault, fault.SILENT)
    expect(_begins(retained, _TODAY_S + _DAY_S - 60)[0], fault.BUDGET)
    expect(_begins(retained, _TODAY_S + _DAY_S + 60)[0], fault.SILENT)
    known = ModemState(retained)
    expect((known.spent_mj, known.last_day_mj), (0, 39_500))  # that of alarms began with the clock


def test_a_report_that_would_not_end_is_not_begun():
    retained = _Retained()
    _begins(retained, _TODAY_S)
    for ecl, is_asleep, spent_mj, found in (
        (0, 0, 30_000, fault.SILENT),
        (2, 1, 20_000, fault.SILENT),
        (2, 1, 30_000, fault.BUDGET),
        (2, 0, 20_000, fault.BUDGET),
        (2, 0, 0, fault.SILENT),
    ):
        known = ModemState(retained)
        known.ecl, known.is_asleep, known.spent_mj = ecl, is_asleep, spent_mj
        known.alarm_mj = radio.ALARM_MJ - 1000
        known.keep()
        told, report = _begins(retained, _TODAY_S)
        expect((ecl, is_asleep, told), (ecl, is_asleep, found))
        report.is_urgent = True
        expect(expect_raises(UplinkError, join, report).fault, fault.SILENT)


def test_alarms_that_come_each_day_have_less_behind_a_day_of_much():
    retained = _Retained()
    _begins(retained, _TODAY_S)
    for last_day_mj, alarm_mj, found in (
        (radio.MUCH_MJ, radio.NEXT_ALARM_MJ, fault.SILENT),
        (radio.MUCH_MJ, radio.ALARM_MJ, fault.BUDGET),
        (radio.MUCH_MJ + 1, radio.NEXT_ALARM_MJ - 2000, fault.SILENT),
        (radio.MUCH_MJ + 1, radio.NEXT_ALARM_MJ, fault.BUDGET),
    ):
        known = ModemState(retained)
        known.spent_mj, known.alarm_mj = radio.DAY_MJ, alarm_mj
        known.last_day_mj = last_day_mj
        known.is_asleep = 1
        known.keep()
        report = _Report(retained, _TODAY_S + 60)
        report.is_urgent = True
        told = expect_raises(UplinkError, join, report).fault
        expect((last_day_mj, alarm_mj, told), (last_day_mj, alarm_mj, found))


def test_an_alarm_searches_shortly_where_the_last_search_of_the_day_was_in_vain():
    retained = _Retained()
    for now_s, is_urgent, is_asked, was, rsrp_dbm, is_short in (
        (_TODAY_S, True, False, fault.COVERAGE, -90, False),  # the first one of the day
        (_TODAY_S + 600, True, False, fault.COVERAGE, -90, True),
        (_TODAY_S + 700, True, True, fault.COVERAGE, -90, False),
        (_TODAY_S + 800, True, False, fault.COVERAGE, 0, False),  # it never was in a network
        (_TODAY_S + 1200, True, False, fault.BROKER, -90, False),
        (_TODAY_S + 1800, False, False, fault.COVERAGE, -90, False),
        (_TODAY_S + _DAY_S, True, False, fault.COVERAGE, -90, False),
    ):
        known = ModemState(retained)
        known.fault, known.rsrp_dbm = was, rsrp_dbm
        known.keep()
        report = _Report(retained, now_s)
        report.is_urgent, report.is_asked = is_urgent, is_asked
        expect_raises(UplinkError, join, report)
        expect(report.budget.left_ms() > 30_000, True)  # the modem may need that to start
        report.budget.enter(radio.SEARCH)
        expect((now_s, report.budget.left_ms() <= 30_000), (now_s, is_short))


def test_an_alarm_has_no_energy_of_its_own_behind_thirty_failures():
    retained = _Retained()
    known = ModemState(retained)
    known.day, known.spent_mj = _TODAY_S // _DAY_S, 40_000
    known.keep()
    for failures, is_asked, found in (
        (30, False, fault.SILENT),
        (31, False, fault.BUDGET),
        (31, True, fault.SILENT),
    ):
        report = _Report(retained, _TODAY_S + 60)
        report.is_urgent, report.is_asked, report.failures = True, is_asked, failures
        expect(expect_raises(UplinkError, join, report).fault, found)


class _Hal:
    Line = None


def test_the_supply_is_cut_once_a_day_on_the_first_day_too():
    sys.modules["firmware.hal.line"] = _Hal  # of a chip with pins
    from firmware.climbing import climb

    retained = _Retained()
    for day, is_cut, rung in ((0, 0, 7), (0, 1, None), (1, 1, 7), (20_454, 0, 7)):
        known = ModemState(retained)
        known.day, known.cycled_day = day, is_cut  # 1: on day 0
        known.keep()
        report = _Report(retained, day * _DAY_S)
        report.budget.allow(40_000, 0, False)
        report.tried = [ladder.KEY]
        error = UplinkError("nobody", fault.SILENT)
        if rung is None:
            expect_raises(UplinkError, climb, report, error)
        else:
            climb(report, error)
            expect(report.tried, [ladder.KEY, rung])
