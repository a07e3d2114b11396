"""Promise: a probe that fails is a value that is missing, whatever else is measured beside it."""

from expect import expect
from firmware.config import Config
from firmware.core import column, quality
from firmware.core.instruments import INSTRUMENTS
from firmware.core.samples import Figures
from firmware.measuring import measured
from firmware.probes import read
from firmware.storage.state import RetainedState
from nvs import FakeNvs
from ports import FakeClock, FakePower

_FITTED = {"tds_pin": 33, "turbidity_pin": 34, "thermometer_pin": 27}


class _When:
    time_s, flags = 1_790_000_000, 0


def _measured(config, found, retained=None):
    """By kind; and the events."""
    packed, news = measured(
        config=config,
        read=found,
        retained=retained or RetainedState(FakePower()),
        nvs=FakeNvs(),
        when=_When,
        state=None,
        purifier=None,
        note=None,
    )
    return {one.kind: one for one in column.unpacked(packed)}, news


def test_probes_without_an_answer_are_missing_and_told():
    found, news = _measured(Config(_FITTED), (None, [None, None, None], None))
    expect(sorted(found), [1, 2, 3])
    for one in found.values():
        expect((one.flag, one.value), (quality.MISSING, None))
    expect(len(news), 3)


def test_a_driver_that_raises_costs_its_own_value_only():
    # No board is here: every port that a driver imports fails.
    expect(read(Config(_FITTED), FakeClock()), (None, [None, None, None], None))
    values = {"instrument": "sen0710", "instrument_tx_pin": 17, "instrument_rx_pin": 16}
    _, _, numbers = read(Config(values), FakeClock())
    expect([number for _, number in numbers], [None, None])


def test_one_probe_that_fails_leaves_the_others():
    figures = Figures(470_000, 2000, 500)
    found, news = _measured(Config(_FITTED), (1420, [figures, None, None], None))
    expect([found[kind].flag for kind in (1, 2, 3)], [
        quality.GOOD, quality.UNCALIBRATED, quality.MISSING,
    ])  # fmt: skip
    expect(found[2].value > 200_000, True)
    expect([one[3] for one in news], ["turbidity_mntu"])


def test_a_probe_of_one_s_own_comes_before_the_instrument_s_value_and_uses_its_temperature():
    values = {"instrument": "ectds10", "instrument_tx_pin": 17, "instrument_rx_pin": 16}
    values["tds_pin"] = 33
    warmth, solids = INSTRUMENTS["ectds10"].values
    figures = Figures(470_000, 2000, 500)
    numbers = [(warmth, 1420), (solids, 999_000)]
    found, _ = _measured(Config(values), (None, [figures, None, None], numbers))
    expect((found[1].value, found[1].uncertainty), (1420, 50))
    expect((found[2].flag, found[2].raw), (quality.UNCALIBRATED, 470_000))


def test_a_fault_is_told_once_and_its_end_once():
    retained, config = RetainedState(FakePower()), Config({"thermometer_pin": 27})
    told = []
    for centi_c in (1400, None, None, 8500, 1410, 1420, 1400, 1390, 1380):
        _, news = _measured(config, (centi_c, [None] * 3, None), retained)
        told += [one[1:3] for one in news]
    expect(told, [
        (quality.GOOD, quality.MISSING), (quality.MISSING, quality.BAD_85),
        (quality.BAD_85, quality.GOOD),
    ])  # fmt: skip
