"""Turbidity from the voltage of an infrared probe of the SEN0189 class: a tripwire, no instrument.

Integers throughout: microvolts at the probe (5 V supply), mNTU (a thousandth of an NTU). The
maker's curve holds for 2.5 ... 4.2 V; near clear water a millivolt is 3.7 NTU and a degree 17.
So it cannot check the 1 NTU of drinking water: what it tells there is "less than 50 NTU".
"""

from micropython import const

from firmware.core.root import combined

CLEAR_UV = const(4_200_200)  # where the curve is at zero
VERTEX_UV = const(2_562_600)  # below it the parabola turns back
HIGHEST_MNTU = const(3_000_000)
LEAST_MNTU = const(50_000)  # less it can't tell
OPEN_UV = const(3_200_000)  # at the pin, whatever the divider: the upper rail
SHORT_UV = const(50_000)
# NTU = -1120.4 V^2 + 5742.3 V - 4352.9: the maker's wiki.
_SQUARE, _LINEAR, _CONSTANT = const(-1_120_400), const(5_742_300), const(-4_352_900)
_UV = const(1_000_000)
_UV_FOR_CENTI_C = const(47)  # 4.7 mV for each degree
_REFERENCE_CENTI_C = const(2500)

# One standard deviation each.
_CURVE_SHARE = const(10)  # a tenth: from one unit to another
_UNCALIBRATED_UV = const(60_000)  # what clear water gives, from one unit to another
# Once calibrated: drift is told when the clearest moment of a day is 50 mV off, and a film may
# have grown by 40 more in that day.
_FILM_UV = const(45_000)
_CENTI_C = const(50)  # of a DS18B20
_NO_TEMPERATURE_CENTI_C = const(800)  # the water of a pipe, taken for 25 degrees


def probe_uv(pin_uv, divider_ppm):
    """The voltage of the probe, of which so many millionths are at the pin."""
    return pin_uv * 1000 // (divider_ppm // 1000)


def at_25_uv(uv, centi_c):
    """The voltage at 25 degrees: it falls with the temperature."""
    return uv + _UV_FOR_CENTI_C * (centi_c - _REFERENCE_CENTI_C)


def mntu(uv):
    """Turbidity at a probe voltage, mNTU, 0 for clear water and above."""
    if uv >= CLEAR_UV:
        return 0
    uv = max(uv, VERTEX_UV)
    return max(0, (_SQUARE * uv // _UV + _LINEAR) * uv // _UV + _CONSTANT)


def slope_mntu_per_v(uv):
    """How steep the curve is there; never flat, a turn of the parabola tells nothing."""
    uv = max(min(uv, CLEAR_UV), VERTEX_UV)
    return max(1, -(2 * _SQUARE * uv // _UV + _LINEAR))


def uncertainty_mntu(uv, centi_c, adc_uv, is_calibrated):
    """Two standard deviations of mntu(uv). centi_c: None: not known; adc_uv: of uv."""
    warmth_uv = _UV_FOR_CENTI_C * (_NO_TEMPERATURE_CENTI_C if centi_c is None else _CENTI_C)
    zero_uv = _FILM_UV if is_calibrated else _UNCALIBRATED_UV
    all_uv = combined(adc_uv, warmth_uv, zero_uv)
    return 2 * combined(slope_mntu_per_v(uv) * all_uv // _UV, mntu(uv) // _CURVE_SHARE)
