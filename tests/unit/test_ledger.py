"""Promise: what takes energy is counted once, whatever is reset, and a loss of power costs a day
of the counts at most.
"""

import json

from expect import expect
from firmware.core import radio
from firmware.core.radio import Budget
from firmware.service.acts import COUNTS
from firmware.storage import ledger
from firmware.storage.retained import RetainedState
from firmware.storage.state import State
from firmware.telling import _ledger
from meter import Meter
from ports import FakeClock, FakePower
from watch import begun, wakes

_HEAD = 3  # version, seconds, polls
_DAY_WAKES = 24


def _told(nvs):
    text = _ledger(nvs)
    return [int(one) for one in text.split(",")] if text else None


def _sums(meter):
    found = _told(meter.nvs)
    return dict(zip(("version", "covered_s", "polls") + COUNTS, found))


def _now(meter):
    counts = meter.retained()
    counts.load()
    return [counts.count(n, 0) for n in range(len(COUNTS))]


def _n(name):
    return COUNTS.index(name)


def test_a_day_of_wakes_is_in_the_sums_by_kind():
    meter = begun(Meter())
    wakes(meter, _DAY_WAKES + 1)  # the first day ends with its own hour
    before = _sums(meter)
    wakes(meter, _DAY_WAKES)
    after = _sums(meter)
    more = {name: after[name] - before[name] for name in after}
    expect(86_000 < more["covered_s"] < 86_500, True)
    expect(more["wakes_timer"], 24)
    expect((more["wakes_ulp"], more["wakes_button"], more["wakes_other"]), (0, 0, 0))
    expect((more["reports"], more["reports_failed"], more["records"]), (24, 0, 24))
    expect(more["record_bytes"] > 30 * more["records"], True)
    expect(more["checkpoints"] >= 3 * more["records"], True)
    expect(more["polls"] > 1_000_000, True)


def test_wakes_are_told_apart_and_a_report_that_fails_is_counted():
    meter = begun(Meter())
    before = _now(meter)
    meter.press(60_000)
    meter.power.why = "button"
    meter.wake()
    meter.pulse(200, early_ms=1000)
    meter.wake()  # it asked for it
    meter.power.why = "watchdog"
    meter.wake()
    meter.network.no_link = True
    wakes(meter, 2)
    after = _now(meter)
    more = [now - then for now, then in zip(after, before)]
    expect(more[: _n("wakes_other") + 1], [2, 1, 1, 1])
    expect(more[_n("reports_failed")] > 0, True)


def test_the_time_awake_is_that_between_wake_and_sleep():
    meter = begun(Meter())
    before = _now(meter)
    meter.network.no_puback = True  # 20 seconds are waited for it, in the report
    wakes(meter, 1)
    more = [now - then for now, then in zip(_now(meter), before)]
    expect(more[_n("awake_timer_cs")], 0)
    expect(1990 < more[_n("awake_report_cs")] < 2100, True)


def test_what_the_cpu_dozes_of_a_report_is_not_time_awake():
    meter = begun(Meter())
    wakes(meter, 2)
    dozes_ms, took_cs = [0, 7000, 0, 6000], []
    usual = meter.network.up

    def up(timeout_ms):
        meter.clock.advance(500 + dozes_ms[0])
        meter.power.dozed_ms += dozes_ms.pop(0)
        usual(timeout_ms)

    meter.network.up = up
    while dozes_ms:
        before = _now(meter)
        wakes(meter, 1)
        took_cs.append(_now(meter)[_n("awake_report_cs")] - before[_n("awake_report_cs")])
    expect(took_cs[0] >= 50 and took_cs == took_cs[:1] * 4, True)


class _Vault:
    def __init__(self, nvs):
        self.nvs = nvs


class _Counts:
    polls = 0


class _Cut(Exception):
    pass


class _Nvs:
    def __init__(self):
        self.content = {}
        self.cut_at = 0

    def read(self, key):
        return self.content.get(key)

    def write(self, key, data):
        if self.cut_at == 1:
            raise _Cut
        self.content[key] = data
        if self.cut_at == 2:
            raise _Cut


def _add(nvs, power, state, cut_at=0):
    """In a wake of its own; cut_at: 1 before the write, 2 behind it, 3 at the commit before."""
    retained = RetainedState(power)
    retained.load()

    def commit():
        if cut_at == 3:
            raise _Cut
        retained.save(state)

    nvs.cut_at = cut_at
    try:
        ledger.add(_Vault(nvs), retained, commit, state, _Counts)
    except _Cut:
        return
    retained.save(state)


def _act(power, state, n, size):
    retained = RetainedState(power)
    retained.load()
    retained.count(n, size)
    retained.save(state)


def test_nothing_is_counted_twice_wherever_a_reset_comes():
    for cut_at in (1, 2, 3):
        nvs, power, state = _Nvs(), FakePower(), State()
        expected = 0
        for day in range(4):
            state.time.raw_us = (day + 1) * 86_400_000_000
            _act(power, state, _n("records"), 24)
            expected += 24
            _add(nvs, power, state, cut_at)
            _act(power, state, _n("records"), 1)
            expected += 1
            _add(nvs, power, state)
        found = _told(nvs)
        expect((cut_at, found[_HEAD + _n("records")]), (cut_at, expected))
        expect(found[1], 4 * 86_400)


def test_a_loss_of_power_costs_what_was_counted_since_the_last_time():
    nvs, power, state = _Nvs(), FakePower(), State()
    for life in range(3):
        for day in (1, 2):
            state.time.raw_us = day * 86_400_000_000
            _act(power, state, 0, 24)
            _add(nvs, power, state)
        _act(power, state, 0, 7)
        power.lose_power()
        expect(_told(nvs)[_HEAD], 48 * (life + 1))
        expect(_told(nvs)[1], 2 * 86_400 * (life + 1))


def test_counts_go_on_beyond_what_retained_memory_holds_of_them():
    nvs, power, state = _Nvs(), FakePower(), State()
    for _ in range(3):
        _act(power, state, 5, 9_000_000)
        _add(nvs, power, state)
    expect(_told(nvs)[_HEAD + 5], 27_000_000)


def test_sums_stop_at_the_highest_number_that_they_can_be():
    nvs, power, state = _Nvs(), FakePower(), State()
    for _ in range(258):
        _act(power, state, 28 - 1, (1 << 24) - 1)
        _add(nvs, power, state)
    expect(_told(nvs)[-1], 0xFFFFFFFF)


def test_damage_to_one_of_both_costs_a_day_and_no_wake():
    nvs, power, state = _Nvs(), FakePower(), State()
    _act(power, state, 3, 5)
    _add(nvs, power, state)
    power.memory[1550] ^= 1  # of the ledger in retained memory
    _act(power, state, 3, 2)
    _add(nvs, power, state)
    expect(_told(nvs)[_HEAD + 3], 7)
    nvs.content["ledger1"] = b"noise"
    expect(_told(nvs), None)
    _add(nvs, power, state)
    expect(_told(nvs)[0], 1)


def test_the_status_tells_the_sums():
    meter = begun(Meter())
    wakes(meter, 2 * _DAY_WAKES)
    heard = [json.loads(payload) for _, payload in meter.network.told]
    heard = [[int(n) for n in one["ledger"].split(",")] for one in heard if "ledger" in one]
    expect(len(heard) >= 2, True)
    expect((len(heard[-1]), heard[-1][0]), (_HEAD + len(COUNTS), 1))
    expect(heard[-1][1] > heard[0][1] and heard[-1][_HEAD] > heard[0][_HEAD], True)


def test_a_report_counts_its_phases_bursts_and_bytes_at_the_level_it_had():
    clock = FakeClock()
    budget = Budget(clock, 40_000, 1)
    clock.advance(1500)
    budget.enter(radio.CONNECTED)
    budget.sends(1, 300)
    clock.advance(700)
    budget.hears(20)
    budget.enter(radio.CONNECTED)
    budget.ecl = 2
    budget.sends(2, 10)
    clock.advance(4000)
    budget.enter(radio.SEARCH)
    counts = dict(zip(COUNTS[_n("search_ms") :], budget.counts))
    expect(counts["search_ms"], 1500)
    expect([counts["connected_ms_%d" % n] for n in range(3)], [0, 700, 4000])
    expect([counts["bursts_%d" % n] for n in range(3)], [0, 1, 2])
    expect([counts["up_bytes_%d" % n] for n in range(3)], [0, 300, 10])
    expect([counts["down_bytes_%d" % n] for n in range(3)], [0, 20, 0])
