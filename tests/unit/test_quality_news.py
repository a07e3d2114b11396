"""Promise: an alarm needs three good readings above the limit, errors and all, and comes once."""

from expect import expect
from firmware.core import event, power_event, quality
from firmware.core.column import Column
from firmware.core.samples import Figures
from firmware.quality_news import QualityNews
from firmware.storage.quality_state import QualityState

_MUD = Column(3, quality.GOOD, 80_000, 20_000, 2_700_000)


def _told(columns, limits="gb5749"):
    """The alarms of so many looks; what is known is packed between them, as in a sleep."""
    packed, told = b"", []
    for one in columns:
        known = QualityState(packed)
        news = QualityNews(known, limits)
        news.tell([one])
        packed = known.pack()
        told += [e for e in news.all if e[0] == event.QUALITY_LIMIT]
    return told


def _flagged(flag, one=_MUD):
    return Column(*(one[:1] + (flag,) + one[2:]))


def test_three_in_a_row_and_the_end_of_it():
    for clear in (
        Column(3, quality.GOOD, 500, 100, 2_800_000),
        Column(3, quality.BELOW_RANGE, 0, 220_000, 2_800_000),  # what a SEN0189 says of tap water
    ):
        expect(_told([_MUD] * 2), [])
        expect(_told([_MUD] * 9), [(15, 80_000, 1000, "turbidity_mntu gb5749")])
        expect(_told([_MUD, _MUD, clear, _MUD, _MUD]), [])
        expect([e[2] for e in _told([_MUD] * 3 + [clear] * 3 + [_MUD] * 3)], [1000, 0, 1000])


def test_what_is_not_good_neither_counts_nor_ends_it():
    for flag in (
        quality.UNCALIBRATED, quality.EXPIRED, quality.DRIFT, quality.NO_TEMP, quality.STALE,
    ):  # fmt: skip
        expect(_told([_flagged(flag)] * 9), [])
        expect(len(_told([_MUD, _flagged(flag), _MUD, _flagged(flag), _MUD])), 1)
    for flag in (quality.NOISY, quality.STUCK, quality.OPEN, quality.MISSING):
        rejected = Column(3, flag, None, 0, 0)
        expect(_told([rejected] * 9), [])
        expect(len(_told([_MUD, rejected, _MUD, rejected, _MUD])), 1)


def test_nobody_is_alarmed_by_what_cannot_be_told():
    unsure = Column(3, quality.GOOD, 5000, 4_500, 2_700_000)  # 0.5 to 9.5 NTU
    expect(_told([unsure] * 9), [])
    expect(_told([_MUD, _MUD, unsure, _MUD]), [])
    expect(len(_told([unsure] * 9, "who")), 0)
    expect(len(_told([_MUD] * 3 + [unsure] * 9)), 1)  # nor is anybody told that it is over


def test_above_the_range_of_the_probe_is_above_the_limit():
    salty = Column(2, quality.OVER_RANGE, 1_110_000, 90_000, 2_250_000)
    expect(_told([salty] * 3), [(15, 1_110_000, 1_000_000, "solids_ppb gb5749")])
    expect(_told([Column(1, quality.GOOD, 9_000, 50, 0)] * 9), [])  # no limit for warmth


def test_a_fault_that_comes_and_goes_is_one_event_and_its_end_comes_when_it_is_sure():
    calm, noisy = (
        Column(2, quality.GOOD, 210_000, 9000, 470_000),
        Column(2, quality.NOISY, None, 0, 9),
    )
    packed, told = b"", []
    looks = [calm, noisy, calm, noisy, calm, calm, noisy, noisy, calm, calm, calm, calm, calm]
    for number, one in enumerate(looks):
        known = QualityState(packed)
        news = QualityNews(known, "who")
        news.tell([one])
        packed = known.pack()
        told += [(number,) + e[1:3] for e in news.all]
    expect(told, [(1, quality.GOOD, quality.NOISY), (11, quality.NOISY, quality.GOOD)])


def _supplies(looks):
    """(microvolts, probe) of each event of so many looks: (flag, uv, idle_uv)."""
    packed, told = b"", []
    for flag, uv, idle_uv in looks:
        known = QualityState(packed)
        known.known[2].above = 3  # beside it in the same byte
        news = QualityNews(known, "gb5749")
        news.tell_supply(Column(2, flag, 1, 1, uv), Figures(uv, 0, 0, idle_uv))
        packed = known.pack()
        expect(QualityState(packed).known[2].above, 3)
        expect([e[0] for e in news.all], [power_event.CONSUMER] * len(news.all))
        told += [(e[1], e[3]) for e in news.all]
    return told


def test_a_supply_that_is_always_on_is_told_once_until_it_switches_again():
    stuck, well = (quality.GOOD, 470_000, 468_000), (quality.GOOD, 470_000, 142_000)
    expect(_supplies([well] * 5), [])
    expect(_supplies([stuck] * 5), [(468_000, "supply of solids_ppb")])
    expect(len(_supplies([stuck, well, stuck])), 2)


def test_what_is_not_in_the_water_says_nothing_of_its_supply():
    stuck = (quality.GOOD, 470_000, 468_000)
    for flag in (quality.DRY_OR_OPEN, quality.OPEN, quality.SHORT, quality.MISSING):
        floating = (flag, 3_300_000, 3_300_000)
        expect(_supplies([floating] * 3), [])
        expect(len(_supplies([stuck, floating, stuck])), 1)
    for uv, idle_uv in ((470_000, 320_000), (150_000, 142_000), (150_000, 0)):
        expect(_supplies([(quality.GOOD, uv, idle_uv)]), [])  # a rest of charge; too little water
