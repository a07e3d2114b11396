"""Promise: a purifier's meter says what its membrane and its filter are worth, and nothing of the
first water after standing.
"""

from expect import expect, expect_raises
from firmware.core import column, event, filter_life, quality
from firmware.core.column import Column
from firmware.core.errors import StorageFault
from firmware.filtering import Filtering, change_filter
from firmware.purifier import Purifier
from firmware.storage.filter_log import FilterLog
from nvs import FakeNvs

_DAY_S = 86_400
_NOW_S = 1_790_000_000


class _Valve:
    is_open = False

    def is_on(self):
        return self.is_open


class _State:
    pulses = column_bytes = 0


class _Config:
    filter_l, filter_days = 100, 200


class _Keeping:
    def __init__(self):
        self.events, self.works = [], True

    def note(self, *arguments):
        self.events.append(arguments)
        return self.works


def _watched():
    purifier, state = Purifier(_Valve()), _State()
    purifier.watch(state, 1000)
    return purifier, state


def _run(purifier, state, seconds, pulses):
    """Seconds after which the probes were to be read."""
    due = []
    for second in range(seconds):
        state.pulses += pulses
        if purifier.watch(state, 1000):
            due.append(second + 1)
    return due


def test_the_probes_are_read_once_in_a_production_and_not_in_its_first_two_minutes():
    purifier, state = _watched()
    expect(_run(purifier, state, 600, 0), [])
    expect(_run(purifier, state, 600, 70), [120])
    expect(purifier.is_producing(), True)
    _run(purifier, state, 3, 0)  # the tap is nearly shut
    expect(_run(purifier, state, 300, 1), [])
    _run(purifier, state, 5, 0)
    expect(purifier.is_producing(), False)
    expect(_run(purifier, state, 119, 70), [])
    state.column_bytes = 14  # of this hour: those of the next production will do
    expect(_run(purifier, state, 60, 70), [])
    state.column_bytes = 0
    expect(_run(purifier, state, 60, 70), [1])


def test_flushes_production_and_standby_add_up():
    purifier, state = _watched()
    _run(purifier, state, 100, 0)
    purifier._valve.is_open = True
    _run(purifier, state, 20, 0)
    purifier._valve.is_open = False
    _run(purifier, state, 30, 50)
    purifier._valve.is_open = True
    _run(purifier, state, 10, 0)
    expect((purifier.flushes, purifier.produced_ms), (2, 30_000))
    expect(abs(purifier.flushed_ms - 30_000) <= 1000, True)
    all_ms = purifier.standby_ms + purifier.flushed_ms + purifier.produced_ms
    expect(abs(all_ms - 161_000) <= 2000, True)  # a second belongs to what it began or ended with


def _solids(kind, ppb, uncertainty=2000, flag=quality.GOOD):
    return column.column(kind, flag, ppb, uncertainty, 400_000)


def _probes(feed_ppb, product_ppb, **more):
    return [
        _solids(column.SOLIDS_PPB, feed_ppb),
        _solids(column.PRODUCT_SOLIDS_PPB, product_ppb, **more),
    ]


def test_rejection_is_one_less_the_part_that_passes_with_the_errors_of_both():
    for feed, product, permille in (
        (200_000, 10_000, 950),
        (400_000, 100_000, 750),
        (60_000, 66_000, -100),
    ):
        found = filter_life.rejection(*_probes(feed, product))
        expect((found.flag, found.value), (quality.GOOD, permille))
    found = filter_life.rejection(*_probes(200_000, 40_000, uncertainty=8000))
    expect(found.uncertainty, 40)  # 8 of 200 mg/L, and a fifth of 2 beside it
    expect(filter_life.rejection(*_probes(49_999, 1000)).flag, quality.BELOW_RANGE)
    expect(filter_life.rejection(*_probes(49_999, 1000)).value, None)
    for flag in (quality.UNCALIBRATED, quality.SHORT, quality.NO_TEMP):
        found = filter_life.rejection(*_probes(200_000, 10_000, flag=flag))
        expect((found.flag, found.value is None), (flag, flag == quality.SHORT))


def test_filter_life_is_the_least_of_litres_days_and_rejection():
    for used_ml, days, bad, expected in (
        (0, 0, 0, (1000, "litres")),
        (25_000, 10, 0, (750, "litres")),
        (25_000, 100, 0, (500, "days")),
        (100_001, 100, 0, (0, "litres")),
        (1000, 500, 0, (0, "days")),
        (0, 0, 3, (0, "rejection")),
    ):
        expect(filter_life.life(used_ml, days * _DAY_S, 100, 200, bad), expected)
    expect(filter_life.life(5, 5, 0, 0, 0), (None, ""))
    expect([filter_life.level(left) for left in (None, 101, 100, 1, 0)], [0, 0, 1, 1, 2])


class _Purified:
    """Filtering over its own storage, look by look."""

    def __init__(self):
        self.nvs, self.keeping = FakeNvs(), _Keeping()
        self.purifier = Purifier(_Valve())

    def look(self, found, odometer_ml=0, now_s=_NOW_S):
        filtering = Filtering(_Config, self.purifier, FilterLog(self.nvs), self.keeping.note)
        return {one.kind: one for one in filtering.columns(found, odometer_ml, now_s)}

    def change(self, odometer_ml, now_s, who="A. Miller"):
        change_filter(FilterLog(self.nvs), self.keeping, odometer_ml, now_s, who)


def test_between_productions_the_last_values_are_sent_as_what_they_are():
    meter = _Purified()
    expect(column.SOLIDS_PPB in meter.look([]), False)
    found = meter.look(_probes(200_000, 10_000))
    expect(found[column.REJECTION_PERMILLE].value, 950)
    later = meter.look([])
    expect(later[column.REJECTION_PERMILLE], Column(5, quality.STALE, 950, 10, 0))
    expect(later[column.SOLIDS_PPB].flag, quality.STALE)
    broken = _solids(column.SOLIDS_PPB, None, flag=quality.SHORT)
    meter.look([broken, _solids(column.PRODUCT_SOLIDS_PPB, 1000)])
    expect(meter.look([])[column.SOLIDS_PPB], Column(2, quality.SHORT, None, 2000, 400_000))


def test_three_poor_productions_are_told_once_and_so_is_their_end():
    meter = _Purified()
    for ppb in (10_000, 40_000, 40_000, 10_000, 40_000, 40_000, 40_000, 40_000, 60_000, 60_000):
        meter.look(_probes(200_000, ppb))
    told = [e for e in meter.keeping.events if e[0] == event.REJECTION]
    expect(told, [(event.REJECTION, 800, 850, "")])
    found = meter.look(_probes(200_000, 60_000))
    expect(found[column.FILTER_LIFE_PERMILLE].value, 0)
    meter.look(_probes(200_000, 10_000))
    told = meter.keeping.events
    expect(told[1:], [
        (event.REJECTION, 700, 750, ""), (event.FILTER_LIFE, 0, 2, "rejection"),
        (event.REJECTION, 950, 0, ""),
    ])  # fmt: skip
    # Nobody is sure of 845 +- 14.
    for _ in range(5):
        meter.look(_probes(200_000, 31_000))
    expect(len(meter.keeping.events), 4)


def test_what_could_not_be_told_is_told_the_next_time_and_then_no_more():
    meter = _Purified()
    meter.look([])
    meter.keeping.works = False
    for _ in range(3):
        meter.look(_probes(200_000, 60_000), odometer_ml=95_000)
    meter.keeping.events, meter.keeping.works = [], True
    for _ in range(3):
        meter.look(_probes(200_000, 60_000), odometer_ml=95_000)
    expect(sorted([e[0] for e in meter.keeping.events]), [event.FILTER_LIFE, event.REJECTION])


def test_a_filter_change_is_told_with_what_the_old_one_did_and_begins_anew():
    meter = _Purified()
    meter.look([], odometer_ml=5000, now_s=0)
    found = meter.look([], odometer_ml=5000, now_s=_NOW_S)
    expect(found[column.FILTER_DAYS].flag, quality.ESTIMATED)
    found = meter.look([], odometer_ml=100_000, now_s=_NOW_S + 30 * _DAY_S)
    expect([found[kind].value for kind in (6, 7, 8)], [95_000, 30, 50])
    expect(meter.keeping.events, [(event.FILTER_LIFE, 50, 1, "litres")])
    meter.change(100_500, _NOW_S + 31 * _DAY_S)
    expect(meter.keeping.events[1:], [(event.FILTER_CHANGED, 95_500, 31, "A. Miller")])
    found = meter.look([], odometer_ml=101_500, now_s=_NOW_S + 33 * _DAY_S)
    expect([found[kind].value for kind in (6, 7, 8)], [1000, 2, 990])
    expect(found[column.FILTER_DAYS].flag, quality.GOOD)


def test_a_filter_change_that_cannot_be_told_has_not_happened():
    meter = _Purified()
    meter.look([], odometer_ml=5000)
    before = dict(meter.nvs.content)
    meter.keeping.works = False
    expect_raises(StorageFault, meter.change, 6000, _NOW_S)
    expect(meter.nvs.content, before)


def test_counters_survive_and_storage_that_fails_costs_none_of_them():
    meter = _Purified()
    meter.look([])
    meter.purifier.produced_ms, meter.purifier.flushes = 1500, 2
    expect([meter.look([])[kind].value for kind in (column.PRODUCED_S, column.FLUSHES)], [1, 2])
    meter.purifier.produced_ms += 500
    expect([meter.look([])[kind].value for kind in (column.PRODUCED_S, column.FLUSHES)], [2, 2])
    damaged = bytearray(meter.nvs.content["purifier1"])
    damaged[3] ^= 1
    meter.nvs.content["purifier1"] = bytes(damaged)
    expect(meter.look([], odometer_ml=700)[column.FILTER_ML].value, 0)
    meter.nvs.read_fails = True
    expect_raises(StorageFault, meter.look, [])
