"""One look at the quality of the water: each probe in turn, each value with its flag."""

import sys

from micropython import const

from firmware import probes
from firmware.core import column, event, judging, quality, tds, turbidity
from firmware.core.limits import ABOVE_LIMIT, LIMITS, verdict
from firmware.storage.calibrations import Calibrations
from firmware.storage.quality_state import QualityState

_ASSUMED_CENTI_C = const(2500)
_ADC_UV = const(15_000)  # of the ESP32 behind its eFuse calibration: 10 to 30 mV
_CALIBRATED_ADC_UV = const(5_000)  # most of it is in the calibration
_ALARM_READINGS = const(3)  # in a row above the limit
_NO_CENTI_C = const(-12_700)
_ANALOG = (column.SOLIDS_PPB, column.PRODUCT_SOLIDS_PPB, column.TURBIDITY_MNTU)
# Flags that somebody has to hear of, when they come and when they go.
_NEWS = (
    quality.DRY_OR_OPEN, quality.OPEN, quality.SHORT, quality.NOISY, quality.STUCK, quality.DRIFT,
    quality.BAD_85, quality.MISSING, quality.FREEZE_WARNING, quality.EXPIRED,
)  # fmt: skip


def measured(*, config, clock, retained, nvs, when):
    """(columns of now, packed for a record, events of them as Keeping.note() takes them)."""
    known = QualityState(retained.history())
    try:
        look = Measuring(config, clock, known, Calibrations(nvs))
        found = look.columns(when.time_s, not when.flags)
    except Exception as crash:  # noqa: BLE001
        # Whatever a probe can do to its driver: the water is billed all the same.
        sys.print_exception(crash)
        return b"", []
    retained.keep_history(known.pack())
    return column.pack(found), look.news


class Measuring:
    """known: QualityState. calibrations: Calibrations. news: of each event its arguments."""

    def __init__(self, config, clock, known, calibrations):
        self._config = config
        self._clock = clock
        self._known = known
        self._calibrations = calibrations
        self.news = []

    def columns(self, now_s, is_dated):
        """A Column of each probe that is fitted. now_s: of the meter's clock; is_dated: UTC."""
        config = self._config
        self._now_s, self._dated_s = now_s, now_s if is_dated else 0
        self._limits = LIMITS[config.water_limits]
        temperature = probes.thermometer(config, self._clock)
        solids = probes.analog(config, "tds", self._clock)
        product = probes.analog(config, "product_tds", self._clock)
        cloud = probes.analog(config, "turbidity", self._clock)
        # One after the other: two in the same water disturb each other.
        centi_c = temperature.read_centi_c() if temperature else None
        read = [probe and probe.read() for probe in (solids, product, cloud)]
        self._remember(centi_c, read)
        found = []
        if temperature:
            found.append(self._warmth(centi_c, read))
        self._centi_c = found[0].value if found else None
        is_dry = False
        for kind, figures in ((column.SOLIDS_PPB, read[0]), (column.PRODUCT_SOLIDS_PPB, read[1])):
            if figures:
                one = self._solids(kind, figures)
                found.append(one)
                is_dry |= kind == column.SOLIDS_PPB and one.flag == quality.DRY_OR_OPEN
        if read[2]:
            found.append(self._cloud(read[2], is_dry))
        for one in found:
            self._tell(one)
        return found

    def _remember(self, centi_c, read):
        known = self._known.known
        known[column.WATER_CENTI_C].history.take(_NO_CENTI_C if centi_c is None else centi_c)
        for kind, figures in zip(_ANALOG, read):
            if figures:
                known[kind].history.take(figures.uv)

    def _warmth(self, centi_c, read):
        known = self._known.known
        beside = [known[kind].history for kind, figures in zip(_ANALOG, read) if figures]
        are_stuck = bool(beside) and all([history.is_stuck() for history in beside])
        flag = judging.temperature(centi_c, known[column.WATER_CENTI_C].history, are_stuck)
        return column.column(column.WATER_CENTI_C, flag, centi_c, 50, 0)

    def _solids(self, kind, figures):
        calibration = self._calibrations.of(kind)
        factor_milli, centi_c = self._config.tds_factor_milli, self._centi_c
        warmth = _ASSUMED_CENTI_C if centi_c is None else centi_c
        ppb, _ = tds.measured(
            figures.uv, warmth, calibration.k_milli, calibration.offset_uv, factor_milli
        )
        flag = judging.solids(
            figures.uv, max(figures.spread_uv, figures.mains_uv), ppb,
            self._known.known[kind].history, centi_c is not None,
            judging.calibration(calibration.time_s, self._dated_s),
            kind == column.PRODUCT_SOLIDS_PPB,
        )  # fmt: skip
        is_calibrated = calibration.time_s > 0
        uv_25 = tds.at_25_uv(figures.uv, warmth)
        adc_uv = _CALIBRATED_ADC_UV if is_calibrated else _ADC_UV
        uncertainty = tds.uncertainty_ppb(ppb, uv_25, centi_c, adc_uv, factor_milli, is_calibrated)
        return column.column(kind, flag, ppb, uncertainty, figures.uv)

    def _cloud(self, figures, is_beside_dry):
        kind = column.TURBIDITY_MNTU
        calibration = self._calibrations.of(kind)
        centi_c = self._centi_c
        warmth = _ASSUMED_CENTI_C if centi_c is None else centi_c
        probe_uv = probes.probe_uv(self._config, figures.uv)
        uv_25 = turbidity.at_25_uv(probe_uv, warmth) + calibration.offset_uv
        known, clarity = self._known.known[kind], self._known.clarity
        if turbidity.SHORT_UV < figures.uv < turbidity.OPEN_UV and not is_beside_dry:
            clarity.take(self._now_s, uv_25)
        flag = judging.cloudiness(
            figures.uv, max(figures.spread_uv, figures.mains_uv), uv_25, known.history,
            clarity.clearest_uv(self._now_s), is_beside_dry, centi_c is not None,
            judging.calibration(calibration.time_s, self._dated_s),
        )  # fmt: skip
        mntu = turbidity.mntu(uv_25) * calibration.k_milli // 1000
        is_calibrated = calibration.time_s > 0
        adc_uv = _CALIBRATED_ADC_UV if is_calibrated else _ADC_UV
        adc_uv = probes.probe_uv(self._config, adc_uv)
        uncertainty = turbidity.uncertainty_mntu(uv_25, centi_c, adc_uv, is_calibrated)
        return column.column(kind, flag, mntu, uncertainty, figures.uv)

    def _tell(self, one):
        """An event when a fault comes or goes, and when the limit is passed for long."""
        known, name = self._known.known[one.kind], column.NAMES[one.kind]
        if one.flag != known.flag and (one.flag in _NEWS or known.flag in _NEWS):
            self.news.append((event.QUALITY_FLAG, known.flag, one.flag, name))
        known.flag = one.flag
        limit = self._limit(one.kind)
        if limit is None or one.value is None:
            return
        was_above = known.above >= _ALARM_READINGS
        if verdict(one.value, one.uncertainty, limit) == ABOVE_LIMIT:
            known.above = min(known.above + 1, _ALARM_READINGS)
        else:
            known.above = 0
        is_above = known.above >= _ALARM_READINGS
        if is_above != was_above:
            text = "%s %s" % (name, self._config.water_limits)
            self.news.append((event.QUALITY_LIMIT, one.value, limit if is_above else 0, text))

    def _limit(self, kind):
        if kind in (column.SOLIDS_PPB, column.PRODUCT_SOLIDS_PPB):
            return self._limits[0]
        return self._limits[1] if kind == column.TURBIDITY_MNTU else None
