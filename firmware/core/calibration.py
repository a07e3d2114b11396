"""Calibration of the probes: what follows from a standard, or why it can't be right.

Every function raises ValueError with one sentence for the person who holds the standard.
"""

from micropython import const

from firmware.core import tds, turbidity

_LEAST_NS, _MOST_NS = const(100_000), const(2_000_000)  # within the curve of the probe
_LOWEST_K, _HIGHEST_K = const(250), const(4000)  # thousandths; a worse probe is another one
_APART_PERCENT = const(150)  # the higher of two standards must be so much of the lower
_MOST_OFFSET_MV = const(100)
_MOST_MISFIT_NS = const(20_000)  # of two points, 2 % of 1000 uS/cm
_MOST_SHIFT_UV = const(400_000)  # of clear water: more is no clear water, or another divider
_LEAST_MNTU, _MOST_MNTU = const(100_000), const(2_500_000)
_LOWEST_GAIN, _HIGHEST_GAIN = const(500), const(2000)
_NOISE_UV = const(40_000)
_COLDEST_CENTI_C, _WARMEST_CENTI_C = const(500), const(4500)


def check_sample(uv, spread_uv, centi_c):
    """Whether a probe stands still enough in its standard to calibrate it."""
    if centi_c is None:
        raise ValueError("the temperature of the standard is not known")
    if not _COLDEST_CENTI_C <= centi_c <= _WARMEST_CENTI_C:
        raise ValueError("the standard has %d degrees, but must have 5 to 45" % (centi_c // 100))
    if uv < tds.DRY_UV:
        raise ValueError("the probe gives %d mV: it is dry, or not connected" % (uv // 1000))
    if spread_uv > _NOISE_UV:
        raise ValueError("the probe is not still: %d mV of noise" % (spread_uv // 1000))


def tds_factor(uv, centi_c, standard_ns):
    """k in thousandths, from one solution of known conductivity at 25 degrees."""
    _check_standard(standard_ns)
    return _checked_factor(standard_ns, _raw_ns((uv, centi_c), 0))


def tds_line(first, second):
    """(k in thousandths, offset in microvolts) from two solutions: (uv, centi_c, standard_ns)."""
    low, high = sorted((first, second), key=lambda point: point[2])
    for point in (low, high):
        _check_standard(point[2])
    if 100 * high[2] < _APART_PERCENT * low[2]:
        raise ValueError("the two standards are too close to each other: take 342 and 1413 uS/cm")
    best = None
    for offset_mv in range(-_MOST_OFFSET_MV, _MOST_OFFSET_MV + 1):
        low_ns, high_ns = _raw_ns(low, offset_mv), _raw_ns(high, offset_mv)
        if low_ns > 0 and high_ns > 0:
            misfit_ns = abs(high_ns * low[2] // low_ns - high[2])
            if best is None or misfit_ns < best[0]:
                best = misfit_ns, offset_mv, high_ns
    if best is None or best[0] > _MOST_MISFIT_NS:
        raise ValueError("no probe gives these two values: was it rinsed between them?")
    return _checked_factor(high[2], best[2]), 1000 * best[1]


def clear_shift_uv(uv_25):
    """What to add to the voltage of a turbidity probe that stands in clear water."""
    shift_uv = turbidity.CLEAR_UV - uv_25
    if abs(shift_uv) > _MOST_SHIFT_UV:
        raise ValueError(
            "clear water gives %d mV, but should give some 4200: it is not clear, the window is "
            "dirty, or turbidity_divider_ppm is wrong" % (uv_25 // 1000)
        )
    return shift_uv


def turbidity_gain(uv_25, standard_mntu):
    """Factor in thousandths from one standard; uv_25 with the shift of clear water added."""
    if not _LEAST_MNTU <= standard_mntu <= _MOST_MNTU:
        raise ValueError(
            "a standard of %d NTU; this probe needs 100 to 2500" % (standard_mntu // 1000)
        )
    raw_mntu = turbidity.mntu(uv_25)
    gain = 1000 * standard_mntu // max(1, raw_mntu)
    if not _LOWEST_GAIN <= gain <= _HIGHEST_GAIN:
        raise ValueError(
            "the probe says %d NTU in a standard of %d: wrong standard, or it has settled"
            % (raw_mntu // 1000, standard_mntu // 1000)
        )
    return gain


def _raw_ns(point, offset_mv):
    uv_25 = tds.at_25_uv(point[0] - 1000 * offset_mv, point[1])
    return tds.conductivity_ns(min(uv_25, tds.HIGHEST_UV))


def _check_standard(standard_ns):
    if not _LEAST_NS <= standard_ns <= _MOST_NS:
        raise ValueError(
            "a standard of %d uS/cm; this probe needs 100 to 2000" % (standard_ns // 1000)
        )


def _checked_factor(standard_ns, raw_ns):
    k_milli = 1000 * standard_ns // max(1, raw_ns)
    if not _LOWEST_K <= k_milli <= _HIGHEST_K:
        raise ValueError(
            "the probe says %d uS/cm in a standard of %d: wrong standard, or not in it"
            % (raw_ns // 1000, standard_ns // 1000)
        )
    return k_milli
