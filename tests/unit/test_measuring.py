"""Promise: a probe that fails is a value that is missing, whatever else is measured beside it."""

from expect import expect
from firmware.config import checked
from firmware.core import column, quality
from firmware.core.instruments import INSTRUMENTS
from firmware.core.samples import Figures
from firmware.measuring import measured
from firmware.probes import read
from firmware.storage.calibrations import Calibration, Calibrations
from firmware.storage.retained import RetainedState
from nvs import FakeNvs
from ports import FakeClock, FakePower

_FITTED = {"tds_pin": 33, "turbidity_pin": 34, "thermometer_pin": 27}


class _When:
    time_s, flags = 1_790_000_000, 0


def _measured(config, found, retained=None, nvs=None):
    """By kind; and the events."""
    packed, news = measured(
        config=config,
        read=found,
        retained=retained or RetainedState(FakePower()),
        nvs=nvs or FakeNvs(),
        when=_When,
        state=None,
        purifier=None,
        note=None,
    )
    return {one.kind: one for one in column.unpacked(packed)}, news


def test_probes_without_an_answer_are_missing_and_told():
    found, news = _measured(checked(_FITTED), (None, [None, None, None], None))
    expect(sorted(found), [1, 2, 3])
    for one in found.values():
        expect((one.flag, one.value), (quality.MISSING, None))
    expect(len(news), 3)


def test_a_driver_that_raises_costs_its_own_value_only():
    # No board is here: every port that a driver imports fails.
    expect(read(checked(_FITTED), FakeClock()), (None, [None, None, None], None))
    values = {"instrument": "sen0710", "instrument_tx_pin": 17, "instrument_rx_pin": 16}
    _, _, numbers = read(checked(values), FakeClock())
    expect([number for _, number in numbers], [None, None])


def test_one_probe_that_fails_leaves_the_others():
    figures = Figures(470_000, 2000, 500, 0)
    found, news = _measured(checked(_FITTED), (1420, [figures, None, None], None))
    expect([found[kind].flag for kind in (1, 2, 3)], [
        quality.GOOD, quality.UNCALIBRATED, quality.MISSING,
    ])  # fmt: skip
    expect(found[2].value > 200_000, True)
    expect([one[3] for one in news], ["turbidity_mntu"])


def test_a_probe_of_one_s_own_comes_before_the_instrument_s_value_and_uses_its_temperature():
    values = {"instrument": "ectds10", "instrument_tx_pin": 17, "instrument_rx_pin": 16}
    values["tds_pin"] = 33
    warmth, _, solids = INSTRUMENTS["ectds10"].values
    figures = Figures(470_000, 2000, 500, 0)
    numbers = [(warmth, 1420), (solids, 999_000)]
    found, _ = _measured(checked(values), (None, [figures, None, None], numbers))
    expect((found[1].value, found[1].uncertainty), (1420, 50))
    expect((found[2].flag, found[2].raw), (quality.UNCALIBRATED, 470_000))


def test_a_fault_is_told_once_and_its_end_once():
    retained, config = RetainedState(FakePower()), checked({"thermometer_pin": 27})
    told = []
    for centi_c in (1400, None, None, 8500, 1410, 1420, 1400, 1390, 1380):
        _, news = _measured(config, (centi_c, [None] * 3, None), retained)
        told += [one[1:3] for one in news]
    expect(told, [
        (quality.GOOD, quality.MISSING), (quality.MISSING, quality.BAD_85),
        (quality.BAD_85, quality.GOOD),
    ])  # fmt: skip


def _kept(kind, k_milli=1000, offset_uv=0, age_days=10):
    nvs = FakeNvs()
    calibrated_s = _When.time_s - age_days * 86_400
    Calibrations(nvs).save(
        Calibration(kind, k_milli, offset_uv, calibrated_s, 1, 2500, 470_000, "x")
    )
    return nvs


def test_pick_up_of_the_mains_is_noise_as_well():
    for figures in (Figures(470_000, 2000, 45_000, 0), Figures(470_000, 45_000, 2000, 0)):
        found, _ = _measured(checked(_FITTED), (1420, [figures, None, figures], None))
        expect((found[2].flag, found[2].value), (quality.NOISY, None))


def test_a_calibration_of_last_year_is_expired_and_worth_what_none_is():
    figures = Figures(470_000, 2000, 500, 0)
    stated = []
    for age_days, flag in ((364, quality.GOOD), (366, quality.EXPIRED)):
        nvs = _kept(2, age_days=age_days)
        found, _ = _measured(checked(_FITTED), (2500, [figures, None, None], None), nvs=nvs)
        expect(found[2].flag, flag)
        stated.append(found[2].uncertainty)
    expect(stated[1] > 3 * stated[0], True)
    nvs = _kept(3, age_days=366)
    clear = Figures(2_800_000, 2000, 500, 0)
    found, news = _measured(checked(_FITTED), (2500, [None, None, clear], None), nvs=nvs)
    expect(found[3].flag, quality.EXPIRED)
    expect((14, 0, quality.EXPIRED, "turbidity_mntu") in news, True)


def test_the_gain_of_a_turbidity_probe_is_in_its_value_its_range_and_its_error():
    mud = Figures(2_600_000, 2000, 500, 0)
    once, twice = [
        _measured(checked(_FITTED), (2500, [None, None, mud], None), nvs=_kept(3, k_milli))[0][3]
        for k_milli in (1000, 2000)
    ]
    expect((once.flag, twice.flag), (quality.GOOD, quality.GOOD))
    expect(twice.value - 2 * once.value <= 2, True)
    expect(abs(twice.uncertainty - 2 * once.uncertainty) <= 2, True)
    thick = Figures(2_100_000, 2000, 500, 0)
    found, _ = _measured(checked(_FITTED), (2500, [None, None, thick], None), nvs=_kept(3, 2000))
    expect(found[3].flag, quality.OVER_RANGE)


def test_a_turbidity_probe_beside_a_dry_tds_probe_is_in_air():
    dry, air = Figures(4000, 1000, 500, 0), Figures(2_500_000, 2000, 500, 0)
    found, _ = _measured(checked(_FITTED), (2500, [dry, None, air], None))
    expect([found[kind].flag for kind in (2, 3)], [quality.DRY_OR_OPEN] * 2)


def test_a_probe_at_its_end_never_says_that_all_is_well():
    nvs = _kept(2, k_milli=800)
    for uv, centi_c in ((2_255_000, 4000), (2_200_000, 500)):
        figures = Figures(uv, 2000, 500, 0)
        found, _ = _measured(checked(_FITTED), (centi_c, [figures, None, None], None), nvs=nvs)
        expect(found[2].flag, quality.OVER_RANGE)


def test_storage_that_cannot_be_read_gives_missing_values_and_one_event():
    nvs, retained = FakeNvs(), RetainedState(FakePower())
    nvs.read_fails = True
    figures = Figures(470_000, 2000, 500, 0)
    told = []
    for _ in range(3):
        read = (1420, [figures, None, figures], None)
        found, news = _measured(checked(_FITTED), read, retained, nvs)
        expect([found[kind].flag for kind in (1, 2, 3)], [quality.MISSING] * 3)
        told += news
    expect(len(told), 3)
