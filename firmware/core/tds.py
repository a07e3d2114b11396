"""Total dissolved solids from the voltage of a conductivity probe of the Gravity class (SEN0244).

Integers throughout: microvolts, nS/cm (a thousandth of a microsiemens per cm), ppb (a thousandth
of a milligram per litre). The maker's curve holds for 0 ... 2.3 V at 25 degrees, 0 ... 1000 ppm.
"""

from micropython import const

from firmware.core.root import combined

HIGHEST_UV = const(2_300_000)  # where the curve ends: 1121 ppm
DRY_UV = const(10_000)  # less is a probe in air, or none
PURE_DRY_UV = const(3_000)  # behind a membrane: 5 mg/L are 12 mV
FULL_UV = const(2_250_000)  # near its highest output, at the pin: more can't be told
SHORT_UV = const(2_280_000)  # its highest output
HIGHEST_PPB = const(1_000_000)  # the range of the probe
# 2 % for each degree away from 25: tap water has 1.9 to 2.1.
_REFERENCE_CENTI_C = const(2500)
_PER_CENTI_C = const(2)  # of 10,000
_ONE = const(10_000)
# The sample code of the maker: EC = 133.42 V^3 - 255.86 V^2 + 857.39 V, in uS/cm.
_CUBIC, _SQUARE, _LINEAR = const(133_420), const(-255_860), const(857_390)
_UV = const(1_000_000)
_MILLI = const(1000)

# One standard deviation each.
_UNCALIBRATED_PPB = const(58_000)  # +-10 % of 1000 ppm, evenly: what the maker promises
_CALIBRATED_SHARE = const(25)  # 1/25: 3 to 5 % near the standard
_COEFFICIENT_SHARE = const(100_000)  # 0.1 % for each degree: tap water has 1.9 to 2.1
_NO_TEMPERATURE_SHARE = const(6)  # 8 degrees of 2 %: the water of a pipe, taken for 25


def at_25_uv(uv, centi_c):
    """The voltage that the same water would give at 25 degrees; -5 ... 95 degrees."""
    return uv * _ONE // (_ONE + _PER_CENTI_C * (centi_c - _REFERENCE_CENTI_C))


def conductivity_ns(uv_25):
    """nS/cm at 25 degrees of a probe with a cell factor of 1; 0 ... 2.3 V."""
    ec = _CUBIC * uv_25 // _UV + _SQUARE
    ec = ec * uv_25 // _UV + _LINEAR
    return ec * uv_25 // _MILLI // _MILLI


def slope_ns_per_v(uv_25):
    """How steep the curve is there."""
    return (3 * _CUBIC * uv_25 // _UV + 2 * _SQUARE) * uv_25 // _UV + _LINEAR


def solids_ppb(ec_ns, factor_milli):
    """By convention, factor_milli / 1000 mg/L for each uS/cm: 500 (NaCl), 550 ... 670, 700."""
    return ec_ns * factor_milli // _MILLI


def measured(uv, centi_c, k_milli, offset_uv, factor_milli):
    """(ppb, nS/cm) of a probe as it is calibrated: k_milli, offset_uv of calibration.py."""
    uv_25 = at_25_uv(max(0, uv - offset_uv), centi_c)
    ec_ns = conductivity_ns(min(uv_25, HIGHEST_UV)) * k_milli // _MILLI
    return solids_ppb(ec_ns, factor_milli), ec_ns


def uncertainty_ppb(ppb, uv_25, centi_c, adc_uv, factor_milli, is_calibrated):
    """Two standard deviations of a result. centi_c: None: not known; adc_uv: of the voltage."""
    voltage_ppb = solids_ppb(slope_ns_per_v(uv_25) * adc_uv // _UV, factor_milli)
    probe_ppb = ppb // _CALIBRATED_SHARE if is_calibrated else _UNCALIBRATED_PPB
    if centi_c is None:
        warmth_ppb = ppb // _NO_TEMPERATURE_SHARE
    else:
        warmth_ppb = ppb * abs(centi_c - _REFERENCE_CENTI_C) // _COEFFICIENT_SHARE
    return 2 * combined(voltage_ppb, probe_ppb, warmth_ppb)
