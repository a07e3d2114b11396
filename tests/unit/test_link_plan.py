"""Promises: a network that is weak is not hammered, a report ends within its time and its energy,
and the modem sleeps as granted.
"""

from expect import expect, expect_raises
from firmware.core import cell, fault, ladder, psm, radio
from firmware.core.backoff import tomorrow_s
from firmware.service.link_faults import sentence, tried
from ports import FakeClock

_DAY_S = 86_400
_FAULTS = [code for code in range(1, 21)]


def test_each_rung_is_tried_once_and_cheaper_ones_first():
    for found in _FAULTS:
        done = []
        while True:
            rung = ladder.next_rung(found, done)
            if rung is None:
                break
            expect(rung > max([0] + done), True)
            done.append(rung)
            expect(len(done) < 8, True)
        expect(sentence(found, 7).endswith(".") and len(sentence(found, 7)) > 30, True)
    for found in (fault.DENIED, fault.PIN, fault.COVERAGE, fault.BUDGET, fault.OTHER):
        expect(ladder.next_rung(found, []), None)
    expect(ladder.next_rung(fault.BROKER, [ladder.SOCKET]), None)
    expect(ladder.next_rung(fault.SILENT, [ladder.KEY], ladder.KEY), None)
    expect([tried(rung) != "nothing" for rung in range(8)], [False] + [True] * 7)


def test_who_was_merely_detached_attaches_again_at_once_and_once():
    for cause in (9, 10, 40):
        expect(ladder.next_rung(fault.DENIED, [], ladder.SUPPLY, cause), ladder.ATTACH)
        expect(ladder.next_rung(fault.DENIED, [ladder.ATTACH], ladder.SUPPLY, cause), None)
    for cause in (0, 2, 7, 11, 22):
        expect(ladder.next_rung(fault.DENIED, [], ladder.SUPPLY, cause), None)


def test_what_is_spent_today_waits_for_tomorrow():
    expect(tomorrow_s(5 * _DAY_S + 80_000, 3600, 0), 6400)
    expect(tomorrow_s(0, 3600, 65535), _DAY_S + 3599)


def test_a_report_has_its_time_by_coverage_and_its_share_of_the_days_energy():
    for ecl, limit_ms in ((0, 145_000), (1, 145_000), (2, 295_000)):
        clock = FakeClock()
        budget = radio.Budget(clock, 100_000, ecl)
        expect(budget.left_ms(), limit_ms - 15_000)
        clock.advance(limit_ms - 15_000)
        expect(budget.left_ms(), 0)
        budget.end()
        expect(budget.left_ms(), 15_000)
    for ecl, again_ms in ((0, 20_000), (1, 30_000), (2, 100_000)):
        budget = radio.Budget(FakeClock(), 0, 0)
        budget.allow(100_000, ecl, True)
        expect(budget.left_ms() > 100_000, True)  # the modem starts
        budget.enter(radio.SEARCH)
        expect(budget.left_ms(), again_ms)
        budget.enter(radio.CONNECTED)  # it was there
        expect(budget.left_ms() > 100_000, True)
    clock = FakeClock()
    budget = radio.Budget(clock, 4000, 0)
    clock.advance(10_000)
    expect(budget.spent_mj(), 1900)
    budget.enter(radio.CONNECTED)
    expect(budget.left_ms(), 2100 * 1000 // 215)
    budget.sends(2)
    expect(budget.spent_mj(), 1900 + 140)
    clock.advance(9116)
    expect((budget.spent_mj(), budget.left_ms()), (3999, 4))


def test_a_burst_at_the_edge_of_coverage_costs_what_its_repetitions_take():
    spent = []
    for ecl in (0, 1, 2):
        budget = radio.Budget(FakeClock(), 0, 0)
        budget.allow(40_000, ecl, False)
        budget.sends(3)
        spent.append(budget.spent_mj())
        expect((budget.is_enough(False), budget.is_enough(True)), (True, True))
        budget.allow(15_000, ecl, False)
        expect((budget.is_enough(False), budget.is_enough(True)), (ecl < 2, ecl < 2))
        budget.enter(radio.CONNECTED)
        budget.end()
        budget.end()
        expect(budget.spent_mj(), spent[-1] // 3 * 4)  # one for leaving, not two
    # 220 mA less the 60 of a connection, for 0.35, 2 and 10.5 s.
    expect(spent, [210, 1200, 6000])


def test_registration_is_read_in_every_form_that_modems_give_it():
    for line, found in (
        ("+CEREG:1,1", (1, None, "", "")),
        ("+CEREG: 2,,,,,,,,", (None, None, "", "")),
        ('+CEREG: 4,5,"5B57","01A50B1A",9,,,"00000001","11100000"',
         (5, None, "00000001", "11100000")),
        ('+CEREG: 4,1,"5B57","01A50B1A",9,"00",,,"00000001","11100000"',
         (1, None, "00000001", "11100000")),
        ('+CEREG: 5,3,"5B57","01A50B1A",9,0,11', (3, 11, "", "")),
        ('+CEREG: 5,3,"5B57","01A50B1A",9,"00",0,15,,', (3, 15, "", "")),
        ("+CEREG: 5,3,,,,0,8", (3, 8, "", "")),
        ("+CEREG: 5,3,,,,1,8", (3, None, "", "")),  # of a table of the maker's own
        ('+CEREG: 4,1,"5B57","01A50B1A",9,,,"00000001"', (1, None, "00000001", "")),
        ('+CEREG: 4,1,"5B57","00000001",9,"00",,,"00000001",""', (1, None, "00000001", "")),
        ('+CEREG: 4,1,"5B57","01A50B1A",9,,,,"00101000"', (1, None, "", "00101000")),
        ('+CEREG: 4,1,"0001","00000001",9,,,"00100010","00100110"',
         (1, None, "00100010", "00100110")),
    ):  # fmt: skip
        expect(cell.registration(line), found)


def test_the_networks_time_is_utc_or_nothing():
    for line, is_utc, found in (
        ('+CCLK: "26/01/01,00:00:07+00"', True, 1767225607),
        ("+CCLK:26/01/01,00:00:07+32", True, 1767225607),
        ('+CCLK: "26/01/01,08:00:07+32"', False, 1767225607),
        ('+CCLK: "25/12/31,16:00:07-32"', False, 1767225607),
        ('+CCLK: "2026/01/01,00:00:07+00"', True, 1767225607),
        ('+CCLK: "28/02/29,12:00:00+00"', True, 1835438400),
        ('+CCLK: "80/01/06,00:01:02+00"', True, None),
        ('+CCLK: "70/01/01,00:01:02"', True, None),
        ('+CCLK: "26/13/01,00:00:07+00"', True, None),
        ("+CCLK: ", True, None),
    ):
        expect(cell.unix_s(line, is_utc), found)


def test_the_modem_is_left_in_power_saving_only_where_that_is_worth_it():
    expect(psm.is_worth(2, 27_000, 21_600), True)
    expect(psm.is_worth(16, None, 21_600), True)
    expect(psm.is_worth(None, None, 21_600), False)
    expect(psm.is_worth(600, 27_000, 21_600), False)
    expect(psm.is_worth(2, 3600, 86_400), False)  # 24 updates a day cost more than one attach
    active_s, periodic_s = psm.asked_s(21_600)
    expect(psm.periodic_s(psm.periodic_bits(periodic_s)) * 4 >= 21_600 * 5, True)
    expect(psm.active_s(psm.active_bits(active_s)), 2)
    expect_raises(ValueError, psm.active_s, "1")
