"""Promise: a quality value is never bare: each fault of a probe has its flag."""

import random

from expect import expect
from firmware.core import judging, quality, tds, turbidity
from firmware.core.history import Clarity, History
from flags import FLAGS

_CLEAR_UV = 2_800_000  # at the pin, behind two thirds


def _steady(value=400_000, noise=3000):
    random.seed(1)
    history = History()
    for _ in range(6):
        history.take(value + random.randrange(noise))
    return history


def _solids(uv=400_000, spread_uv=0, history=None, has_temperature=True, calibrated=0, pure=False):
    ppb, _ = tds.measured(uv, 2500, 1000, 0, 500)
    flag = judging.solids(
        uv, uv, spread_uv, ppb, history or _steady(), has_temperature, calibrated, pure
    )
    return FLAGS[flag]


def _cloudiness(uv_25=turbidity.CLEAR_UV, pin_uv=_CLEAR_UV, spread_uv=0, history=None,
                clearest_uv=None, is_dry=False, has_temperature=True, calibrated=0,
                gain=1000):  # fmt: skip
    return FLAGS[
        judging.cloudiness(
            pin_uv, spread_uv, uv_25, gain, history or _steady(_CLEAR_UV), clearest_uv, is_dry,
            has_temperature, calibrated,
        )
    ]  # fmt: skip


def test_each_fault_of_a_tds_probe():
    expect(_solids(), "good")
    expect(_solids(2_300_000), "short")
    expect([_solids(5000), _solids(5000, pure=True)], ["dry_or_open", "good"])
    expect(_solids(2000, pure=True), "dry_or_open")
    expect(_solids(2_260_000), "over_range")
    expect(_solids(spread_uv=41_000), "noisy")
    expect(_solids(2_200_000), "over_range")
    expect(_solids(has_temperature=False), "no_temp")
    expect(_solids(calibrated=quality.EXPIRED), "expired")


def test_each_fault_of_a_turbidity_probe():
    expect(_cloudiness(), "below_range")
    expect(_cloudiness(4_000_000), "good")
    expect(_cloudiness(pin_uv=3_250_000), "open")
    expect(_cloudiness(pin_uv=50_000), "short")
    expect([_cloudiness(4_000_000, is_dry=True), _cloudiness(is_dry=True)],
           ["dry_or_open", "below_range"])  # fmt: skip
    expect(_cloudiness(spread_uv=61_000), "noisy")
    expect(_cloudiness(has_temperature=False), "no_temp")
    expect(_cloudiness(clearest_uv=turbidity.CLEAR_UV - 50_001), "drift")
    expect(_cloudiness(2_000_000), "over_range")
    expect(
        [_cloudiness(3_300_000, gain=1000), _cloudiness(3_300_000, gain=2000)],
        ["good", "over_range"],
    )
    expect(_cloudiness(calibrated=quality.EXPIRED), "expired")
    expect(_cloudiness(4_000_000, calibrated=quality.UNCALIBRATED), "uncalibrated")


def test_what_a_thermometer_says():
    def named(centi_c, history=None, others=False):
        return FLAGS[judging.temperature(centi_c, history or History(), others)]

    expect([named(1800), named(300), named(301)], ["good", "freeze_warning", "good"])
    expect(named(8500), "bad_85")
    expect([named(n) for n in (None, -12_700, 9600)], ["missing"] * 3)
    still = History()
    for _ in range(21):
        still.take(1800)
    expect([named(1800, still), named(1800, still, True)], ["good", "stuck"])


def test_the_21st_equal_reading_is_stuck_and_one_other_ends_it():
    history = History()
    found = []
    for _ in range(25):
        history.take(511_000)
        found.append(history.is_stuck())
    expect(found, [False] * 20 + [True] * 5)
    expect(_solids(511_000, history=history), "stuck")
    history.take(512_000)
    expect(history.is_stuck(), False)


def test_a_step_and_a_peak_are_no_noise_but_to_and_fro_is():
    for values, is_noisy in (
        ((10, 11, 10, 700, 701), False),
        ((10, 400, 700, 400, 10), False),
        ((10, 11, 700, 12, 10), False),
        ((10, 300, 20, 280, 30), True),
        ((300, 10, 310, 12, 300), True),
        ((10, 40, 15, 38, 10), False),
    ):
        history = History()
        for mv in values:
            history.take(1000 * mv)
        expect((values, history.is_noisy(100_000)), (values, is_noisy))


def test_the_clearest_moment_of_a_day_outlives_mud_and_shows_a_film():
    clarity = Clarity()
    expect(clarity.clearest_uv(0), None)
    for hour in range(100):
        uv = 3_500_000 if 40 <= hour < 52 else 4_200_000  # mud for half a day
        clarity.take(3600 * hour, uv)
        if hour >= 18:
            expect(clarity.clearest_uv(3600 * hour), 4_200_000)
    for hour in range(100, 125):
        clarity.take(3600 * hour, 4_100_000)
    expect(clarity.clearest_uv(3600 * 124), 4_100_000)
    expect(clarity.clearest_uv(3600 * 200), None)  # nothing is known of that day


def test_histories_survive_as_bytes():
    history = _steady()
    history.take(-12_700)
    clarity = Clarity()
    for hour in range(30):
        clarity.take(3600 * hour, 4_000_000 + hour)
    other, clear = History(), Clarity()
    other.unpack(history.pack())
    clear.unpack(clarity.pack())
    expect((other.values, other.equal), (history.values, history.equal))
    expect(clear.clearest_uv(3600 * 29), clarity.clearest_uv(3600 * 29))
    new = History()
    other.unpack(new.pack())
    expect((other.values, other.equal), ([], 0))


def test_each_flag_has_its_name_and_its_place_in_lwm2m():
    for flag in range(len(FLAGS)):
        expect(1 <= quality.indicator(flag) <= 4, True)
        expect(0 <= quality.reason(flag) <= 14, True)
    rejected = [name for n, name in enumerate(FLAGS) if quality.is_rejected(n)]
    expect(rejected, ["dry_or_open", "open", "short", "noisy", "stuck", "bad_85", "missing"])


def test_a_calibration_is_none_good_or_a_year_old():
    day_s = 86_400
    found = [
        judging.calibration(*times)
        for times in ((0, 5), (9, 8 + 365 * day_s), (9, 10 + 365 * day_s), (9, 0))
    ]
    expect(found, [quality.UNCALIBRATED, quality.GOOD, quality.EXPIRED, quality.GOOD])
