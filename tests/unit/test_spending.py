"""Promises: what is left of the cell is told from what was counted; a consumer over its budget is
told once until it is back; a cell below its slope changes the plan, and a new one begins anew.
"""

from expect import expect
from firmware.core.charge import usable_uah, used_uah
from firmware.core.overspent import overspent
from firmware.core.seal import seal
from firmware.remaining import show, told
from firmware.service.acts import COUNTS
from firmware.spending import day, new_cell
from firmware.storage import cell
from firmware.storage.retained import RetainedState
from firmware.storage.state import State
from firmware.surviving import begin, end, hold, pause_s, tell
from meter import CONFIG, Meter
from nvs import FakeNvs
from ports import FakePower
from watch import begun, wakes

_DAY_US = 86_400_000_000
_MINUTE_US = 60_000_000


class _Vault:
    def __init__(self):
        self.nvs = FakeNvs()


class _Config:
    slot_s, report_s, quality_s = 3600, 86_400, 21_600
    cell_mah, planned_years = 19_000, 4


class _Counted:
    polls = 0


class _Life:
    """Days of a meter, as far as the ledger knows them."""

    def __init__(self):
        self.vault, self.state, self.events = _Vault(), State(), []
        self.retained = RetainedState(FakePower())
        self.retained.load()
        self.days = 0
        self.is_full = False

    def note(self, code, before=0, after=0, text=""):
        if self.is_full:
            return False
        self.events.append((code, before, after, text))
        return True

    def day(self, days=1, **more):
        usual = {"wakes_timer": 25, "awake_timer_cs": 1200, "reports": 1, "records": 24}
        usual.update(more)
        for name in usual:
            self.retained.count(COUNTS.index(name), usual[name] * days)
        self.days += days
        self.state.time.raw_us = self.days * _DAY_US + _MINUTE_US
        _Counted.polls += 4_000_000 * days
        day(self.vault, self.retained, self._commit, self.state, _Counted, _Config, self.note)

    def _commit(self):
        self.retained.save(self.state)

    def left(self):
        return told(self.vault.nvs, _Config.cell_mah)


def _zeros(**counts):
    return [counts[name] if name in counts else 0 for name in COUNTS]


def test_a_usual_day_is_told_as_what_is_left_and_as_years():
    life = _Life()
    expect(life.left(), None)
    expect("nothing is known" in show(life.vault.nvs, 19_000), True)
    life.retained.count(COUNTS.index("awake_other_cs"), 6000)
    life.day(0)  # the first sum is of the first minute
    expect("nothing is known" in show(life.vault.nvs, 19_000), True)
    for _ in range(10):
        life.day()
    used_mah, percent, days = life.left()
    expect((used_mah, percent), (16, 100))
    expect(20 * 365 < days < 26 * 365, True)
    expect(life.events, [])
    expect("16 mAh of this cell are used" in show(life.vault.nvs, 19_000), True)
    expect(told(life.vault.nvs, 0), None)


def test_a_cell_below_its_slope_changes_the_plan_and_a_new_one_changes_it_back():
    life = _Life()
    life.day()
    life.day(bursts_2=3000)  # 467 mAh
    life.day(bursts_2=600)
    expect(life.state.thrift, 1)
    expect(life.events[-1], (29, 0, 1, "97 % left"))
    life.is_full = True  # what can't be told is not done
    life.day(bursts_2=3000)
    expect((life.state.thrift, new_cell(life.vault.nvs, life.note, "A. Miller")), (1, False))
    life.is_full = False
    life.day(bursts_2=9000)
    expect(life.state.thrift, 4)
    begin(life.vault.nvs, life.note)
    hold(life.vault.nvs, life.state, 0, 3)
    expect(new_cell(life.vault.nvs, life.note, "A. Miller"), True)
    expect(life.events[-1][0], 28)
    expect(begin(life.vault.nvs, life.note), 0)  # the new one has not broken down yet
    expect(life.left(), None)
    life.day()
    expect((life.state.thrift, life.left()[1]), (0, 100))
    expect(life.events[-1][:3], (29, 4, 0))


def test_a_consumer_over_its_budget_is_told_once_until_it_is_back():
    life = _Life()
    life.day()
    for more, name in (
        ({"awake_timer_cs": 50_000}, "awake"),
        ({"wakes_ulp": 2000}, "wakes"),
        ({"probe_ms": 3_600_000}, "probes"),
        ({"search_ms": 3_000_000}, "modem"),
        ({"bursts_2": 110}, "modem"),
        ({"reports": 300}, "reports"),
        ({"records": 9000}, "records"),
    ):
        known = len(life.events)
        life.day(**more)
        life.day(**more)
        found = [one for one in life.events[known:] if one[0] == 26]
        expect((name, [one[3] for one in found]), (name, [name]))
        expect(found[0][1] > found[0][2] > 0, True)
        life.day()


def test_a_day_without_power_and_a_short_one_judge_nobody():
    life = _Life()
    life.day()
    day(life.vault, life.retained, life._commit, life.state, None, None, life.note)
    life.state.time.raw_us += 1_000_000
    life.retained.count(COUNTS.index("wakes_ulp"), 9000)
    day(life.vault, life.retained, life._commit, life.state, _Counted, _Config, life.note)
    expect(life.events, [])


def test_budgets_grow_with_the_days_and_with_what_is_configured():
    many = _zeros(wakes_timer=1500, records=1440, reports=24, awake_timer_cs=60_000)
    expect(overspent(86_400, many, 60, 3600, 3600), [])
    expect([row[0] for row in overspent(86_400, many, 3600, 86_400, 3600)], ["wakes"])
    expect(overspent(7 * 86_400, many, 3600, 86_400, 3600), [])


def test_a_year_of_usual_counts_is_what_the_host_s_arithmetic_has():
    """tests/host/test_energy.py has the other side."""
    # In the second it joins anew each time, and dozes meanwhile.
    for awake_report_cs, search_ms, mah in ((330_000, 730_000, 683), (420_000, 5_110_000, 753)):
        counts = _zeros(wakes_timer=9800, wakes_ulp=1000, awake_timer_cs=430_000, reports=365,
                        awake_report_cs=awake_report_cs, records=8800, checkpoints=9900,
                        search_ms=search_ms, connected_ms_0=1_870_000, bursts_0=1860)  # fmt: skip
        expect(used_uah(31_557_600, 1_480_000_000, counts) // 1000, mah)
    expect(usable_uah(19_000), 15_200_000)


def _reports(meter):
    retained = meter.retained()
    retained.load()
    return retained.count(COUNTS.index("reports"), 0)


def test_a_meter_below_its_slope_reports_less_often_and_records_as_ever():
    meter = begun(Meter(CONFIG % 3600))
    wakes(meter, 2)
    for level, reports in ((0, 8), (2, 2), (0, 8)):
        retained = meter.retained()
        state = retained.load()
        state.thrift = level
        retained.save(state)
        wakes(meter, 4)  # to the first slot of the new period
        before, stored = _reports(meter), len(meter.readings())
        wakes(meter, 8)
        expect((level, _reports(meter) - before), (level, reports))
        expect(len(meter.readings()) - stored, 8)


def test_a_reset_under_the_modem_is_told_and_its_pause_grows_until_a_report_is_through():
    nvs, state, events = FakeNvs(), State(), []

    def note(*one):
        events.append(one)
        return True

    def reset(now_s, reason, note=note):
        hold(nvs, state, now_s, reason)
        tell(nvs, note)

    reset(1000, 3)
    expect((events, state.failures), ([], 0))
    for falls, wait_s in ((1, 900), (2, 3600), (3, 14_400), (4, 57_600), (5, 86_400), (6, 86_400)):
        expect(begin(nvs, note), falls - 1)
        reset(1000, 3)
        expect(events.pop()[:3], (27, falls, wait_s))
        expect((state.next_report_s, state.failures), (1000 + wait_s, 1))
        reset(2000, 1)  # not twice
        expect((events, state.next_report_s), ([], 1000 + wait_s))
        state.next_report_s = 0  # as power-on does, and the voltage that comes back does it twice
        reset(3000, 0)
        expect((events, state.next_report_s), ([], 3000 + wait_s))
        expect(pause_s(falls), wait_s)
        begin(nvs, note)
        end(nvs, False)  # one that failed, and was survived: it says nothing of the cell
    expect(begin(nvs, note), 6)
    end(nvs, True)
    expect(begin(nvs, note), 0)
    for _ in range(2):
        reset(0, 3, _refuse)  # told as soon as that can be
    reset(0, 0)
    expect(events.pop()[1:], (1, 900, "reset 3 while the modem had power"))
    begin(nvs, note)
    reset(0, 2, _refuse)
    begin(nvs, note)  # behind a wake that only counts
    expect(events.pop()[1:], (2, 3600, "reset 2 while the modem had power"))
    for _ in range(2):  # its pauses are over, and the journal still can't be written
        begin(nvs, _refuse)
        reset(0, 3, _refuse)
    begin(nvs, _refuse)
    reset(0, 3)
    expect(events.pop()[1:3], (5, 86_400))


def _refuse(*one):
    return False


def test_the_plan_of_a_weak_cell_outlives_the_loss_of_power_that_it_brings():
    meter = begun(Meter(CONFIG % 3600))
    cell.keep(meter.nvs, 5, 6, 1, 4)
    meter.lose_power()
    meter.wake()
    expect(meter.state().thrift, 4)
    meter.nvs.write("cell1", seal(b"\5\0\0\0\6\0\0\0\1"))  # of a firmware before
    expect((cell.read(meter.nvs), cell.level(meter.nvs)), ((5, 6, 1, 0), 0))


def test_without_a_cell_to_plan_for_reports_are_as_configured_again():
    life = _Life()
    life.day()
    life.day(bursts_2=20_000)
    expect((life.state.thrift, cell.level(life.vault.nvs)), (4, 4))
    none = _Config()
    none.cell_mah = 0
    day(life.vault, life.retained, life._commit, life.state, _Counted, none, life.note)
    expect((life.state.thrift, cell.level(life.vault.nvs)), (0, 0))
    expect(life.events[-1][:3], (29, 4, 0))
