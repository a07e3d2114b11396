"""The flag of each quality reading: what would make it wrong, in the order of its weight."""

from micropython import const

from firmware.core import quality, tds, turbidity
from firmware.core.column import WATER_CENTI_C

_TDS_NOISE_UV = const(40_000)  # standard deviation of the samples of a reading
_TURBIDITY_NOISE_UV = const(60_000)
_TDS_JUMP_UV = const(80_000)  # to and fro between readings
_TURBIDITY_JUMP_UV = const(100_000)
_MOVED_UV = const(100_000)  # so far from clear water: air, when the probe beside it is dry
_DRIFT_UV = const(50_000)
_POWER_ON_CENTI_C = const(8500)
_FREEZE_CENTI_C = const(300)
_LOWEST_CENTI_C, _HIGHEST_CENTI_C = const(-500), const(9500)  # water in a pipe
_DAY_S = const(86_400)
_VALID_S = const(365 * _DAY_S)  # of a calibration


def temperature(centi_c, history, are_others_stuck):
    """Of a DS18B20; None: no answer, or a wrong one.

    It may well say the same for hours. When the probes beside it don't move either, which follow
    the temperature, then nothing is measured.
    """
    if centi_c == _POWER_ON_CENTI_C:
        return quality.BAD_85
    if centi_c is None or not _LOWEST_CENTI_C <= centi_c <= _HIGHEST_CENTI_C:
        return quality.MISSING
    if are_others_stuck and history.is_stuck():
        return quality.STUCK
    return quality.FREEZE_WARNING if centi_c <= _FREEZE_CENTI_C else quality.GOOD


def calibration(calibrated_s, now_s):
    """GOOD, UNCALIBRATED (0) or EXPIRED; now_s: 0 as long as it is unknown."""
    if not calibrated_s:
        return quality.UNCALIBRATED
    return quality.EXPIRED if now_s > calibrated_s + _VALID_S else quality.GOOD


def solids(uv, uv_25, spread_uv, ppb, history, has_temperature, calibrated, is_pure):
    """Of a TDS probe. uv: at the pin; uv_25: the same at 25 degrees; calibrated: what
    calibration() says.

    is_pure: behind a reverse osmosis membrane, where so little is no sign of air.
    """
    if uv >= tds.SHORT_UV:
        return quality.SHORT
    if uv < (tds.PURE_DRY_UV if is_pure else tds.DRY_UV):
        return quality.DRY_OR_OPEN
    if history.is_stuck():
        return quality.STUCK
    if spread_uv > _TDS_NOISE_UV or history.is_noisy(_TDS_JUMP_UV):
        return quality.NOISY
    if ppb > tds.HIGHEST_PPB or uv >= tds.FULL_UV or uv_25 >= tds.HIGHEST_UV:
        return quality.OVER_RANGE
    return calibrated if has_temperature else quality.NO_TEMP


def cloudiness(
    pin_uv, spread_uv, uv_25, gain_milli, history, clearest_uv, is_beside_dry, has_temperature,
    calibrated,
):  # fmt: skip
    """Of a turbidity probe. uv_25: at the probe, with clear water at turbidity.CLEAR_UV.

    clearest_uv: the same of the last day, None: not known. is_beside_dry: a TDS probe in the
    same water is in air.
    """
    if pin_uv >= turbidity.OPEN_UV:
        return quality.OPEN
    if pin_uv <= turbidity.SHORT_UV:
        return quality.SHORT
    if is_beside_dry and abs(uv_25 - turbidity.CLEAR_UV) > _MOVED_UV:
        return quality.DRY_OR_OPEN
    if history.is_stuck():
        return quality.STUCK
    if spread_uv > _TURBIDITY_NOISE_UV or history.is_noisy(_TURBIDITY_JUMP_UV):
        return quality.NOISY
    if not has_temperature:
        return quality.NO_TEMP
    if clearest_uv is not None and clearest_uv < turbidity.CLEAR_UV - _DRIFT_UV:
        return quality.DRIFT
    found_mntu = turbidity.mntu(uv_25) * gain_milli // 1000
    if found_mntu > turbidity.HIGHEST_MNTU:
        return quality.OVER_RANGE
    if calibrated == quality.EXPIRED:
        return calibrated  # also in clear water: this is the reminder
    return quality.BELOW_RANGE if found_mntu < turbidity.LEAST_MNTU else calibrated


def digital(value, number):
    """Of what an instrument says of itself. value: core/instruments.py; None: nothing came."""
    if number is None or number < value.lowest:
        return quality.MISSING
    if value.kind == WATER_CENTI_C and number > value.highest:
        return quality.MISSING  # no water: nothing may be compensated with it
    if number > value.highest:
        return quality.OVER_RANGE
    if value.kind == WATER_CENTI_C and number <= _FREEZE_CENTI_C:
        return quality.FREEZE_WARNING
    return quality.GOOD
