"""Promise: a calibration does what was predicted, or is refused with the reason."""

from expect import expect, expect_raises
from firmware.core import calibration, tds, turbidity
from firmware.storage.calibrations import Calibration, Calibrations, none_of
from nvs import FakeNvs


def _volts(ec_us, centi_c=2500, offset_uv=0, k=1.0):
    """Microvolts of a probe in a solution: the inverse of the curve, by search."""
    low, high = 0, 2_300_000
    while high - low > 10:
        middle = (low + high) // 2
        if tds.conductivity_ns(middle) * k < 1000 * ec_us:
            low = middle
        else:
            high = middle
    return int(high * (1 + 0.0002 * (centi_c - 2500))) + offset_uv


def _close(actual, expected, share=0.01):
    if abs(actual - expected) > share * abs(expected):
        raise AssertionError("%r is not near %r" % (actual, expected))


def test_one_point_makes_the_next_reading_the_standard():
    for k in (0.8, 1.0, 1.3):
        for centi_c in (1000, 2500, 3500):
            uv = _volts(1413, centi_c, k=k)
            k_milli = calibration.tds_factor(uv, centi_c, 1_413_000)
            _close(k_milli, 1000 * k)
            ppb, ec_ns = tds.measured(uv, centi_c, k_milli, 0, 500)
            _close(ec_ns, 1_413_000)
            _close(ppb, 706_500)


def test_two_points_find_the_offset_as_well():
    for k, offset_uv in ((1.2, 30_000), (0.9, -20_000), (1.0, 0)):
        points = [(_volts(us, 2000, offset_uv, k), 2000, 1000 * us) for us in (342, 1413)]
        k_milli, found_uv = calibration.tds_line(*points)
        _close(k_milli, 1000 * k, 0.03)
        expect(abs(found_uv - offset_uv) <= 3000, True)
        for (uv, centi_c, standard_ns), other in zip(points, reversed(points)):
            _close(tds.measured(uv, centi_c, k_milli, found_uv, 500)[1], standard_ns, 0.03)
            expect(calibration.tds_line(other, (uv, centi_c, standard_ns)), (k_milli, found_uv))


def _refusal(call, *arguments):
    return str(expect_raises(ValueError, call, *arguments))


def test_what_is_wrong_with_a_standard_is_said():
    uv = _volts(1413)
    for call, arguments, word in (
        (calibration.tds_factor, (uv, 2500, 50_000), "needs 100 to 2000"),
        (calibration.tds_factor, (uv, 2500, 3_000_000), "needs 100 to 2000"),
        (calibration.tds_factor, (uv, 2500, 150_000), "wrong standard"),
        (calibration.tds_line, ((uv, 2500, 1_413_000), (uv, 2500, 1_300_000)), "too close"),
        (calibration.tds_line, ((uv, 2500, 342_000), (uv, 2500, 1_413_000)), "rinsed"),
        (calibration.check_sample, (uv, 0, None), "not known"),
        (calibration.check_sample, (uv, 0, 300), "5 to 45"),
        (calibration.check_sample, (5000, 0, 2500), "dry"),
        (calibration.check_sample, (uv, 50_000, 2500), "not still"),
        (calibration.clear_shift_uv, (3_500_000,), "not clear"),
        (calibration.turbidity_gain, (4_000_000, 10_000), "needs 100 to 2500"),
        (calibration.turbidity_gain, (4_000_000, 2_000_000), "settled"),
    ):
        sentence = _refusal(call, *arguments)
        expect((word in sentence, "\n" in sentence), (True, False))


def test_clear_water_becomes_zero_and_a_standard_what_it_is():
    for clear_uv in (4_050_000, 4_200_200, 4_320_000):
        shift_uv = calibration.clear_shift_uv(clear_uv)
        expect(clear_uv + shift_uv, turbidity.CLEAR_UV)
        standard_uv = turbidity.CLEAR_UV - 150_000
        gain = calibration.turbidity_gain(standard_uv, 600_000)
        _close(turbidity.mntu(standard_uv) * gain // 1000, 600_000)


_ONE = Calibration(2, 1100, -20_000, 1_790_000_000, 1_413_000, 2150, 1_234_000, "A. Miller")


def test_calibrations_come_back_each_its_own():
    nvs = FakeNvs()
    expect(Calibrations(nvs).of(2), none_of(2))
    Calibrations(nvs).save(_ONE)
    other = (
        _ONE._replace(kind=3, who="")
        if hasattr(_ONE, "_replace")
        else Calibration(*((3,) + _ONE[1:7] + ("\u00e4" * 10,)))
    )
    Calibrations(nvs).save(other)
    found = Calibrations(nvs)
    expect((found.of(2), found.of(3), found.of(4)), (_ONE, other, none_of(4)))
    newer = Calibration(*((2, 900) + _ONE[2:]))
    found.save(newer)
    expect((Calibrations(nvs).of(2), Calibrations(nvs).of(3)), (newer, other))


def test_a_name_that_is_too_long_is_cut_between_two_letters():
    for letters in ("\u00e4", "\u4e2d", "x"):
        for before in ("", "a", "ab"):
            nvs = FakeNvs()
            Calibrations(nvs).save(Calibration(*(_ONE[:7] + (before + letters * 21,))))
            who = Calibrations(nvs).of(2).who
            expect((before + letters * 21).startswith(who), True)
            expect(17 < len(who.encode()) <= 20, True)


def test_a_damaged_calibration_is_none_and_never_a_mixture():
    nvs = FakeNvs()
    Calibrations(nvs).save(_ONE)
    whole = nvs.content["probes1"]
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 0x10
        nvs.content["probes1"] = bytes(damaged)
        expect(Calibrations(nvs).of(2), none_of(2))
