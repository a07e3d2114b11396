"""What the probes have read becomes values of the water's quality, each with its flag."""

import sys

from micropython import const

from firmware.core import column, judging, quality, tds, turbidity
from firmware.core.root import combined
from firmware.quality_news import QualityNews
from firmware.storage.calibrations import Calibrations
from firmware.storage.quality_state import QualityState

_ASSUMED_CENTI_C = const(2500)
_ADC_UV = const(15_000)  # of the ESP32 behind its eFuse calibration: 10 to 30 mV
_CALIBRATED_ADC_UV = const(5_000)  # most of it is in the calibration
_NO_CENTI_C = const(-12_700)


def measured(*, config, read, retained, nvs, when, state, purifier, note):
    """(columns of now, packed for a record, events of them as Keeping.note() takes them).

    read: of probes.py; None: of a purifier that does not produce. purifier: a Purifier or None,
    whose events are noted at once.
    """
    if purifier and not read and state.column_bytes and not state.are_old:
        return retained.columns(state.column_bytes), []  # of this slot's production
    known = QualityState(retained.history())
    news = QualityNews(known, config.water_limits)
    found = []
    if read:
        try:
            measuring = Measuring(config, known, Calibrations(nvs))
            found = measuring.columns(read, when.time_s, not when.flags)
        except Exception as crash:  # noqa: BLE001
            # Whatever is wrong with the quality of the water: its volume is billed all the same.
            sys.print_exception(crash)
            found = [column.column(kind, quality.MISSING, None, 0, 0) for kind in _kinds(config)]
        news.tell(found)
        for one in found:
            if one.kind in column.ANALOG:
                figures = read[1][column.ANALOG.index(one.kind)]
                if figures:
                    news.tell_supply(one, figures)
    if purifier:
        try:
            from firmware.filtering import Filtering
            from firmware.storage.filter_log import FilterLog

            filtering = Filtering(config, purifier, FilterLog(nvs), note)
            found = filtering.columns(found, state.odometer_ml, 0 if when.flags else when.time_s)
        except Exception as crash:  # noqa: BLE001
            sys.print_exception(crash)  # what the probes say goes out without the filter
    retained.keep_history(known.pack())
    return column.pack(found), news.all


class Measuring:
    """known: QualityState. calibrations: Calibrations."""

    def __init__(self, config, known, calibrations):
        self._config = config
        self._known = known
        self._calibrations = calibrations

    def columns(self, read, now_s, is_dated):
        """A Column of each probe that is fitted. now_s: of the meter's clock; is_dated: UTC."""
        self._now_s, self._dated_s = now_s, now_s if is_dated else 0
        centi_c, figures, numbers = read
        fitted = _kinds(self._config)
        analog = dict(zip(column.ANALOG, figures))
        self._remember(centi_c, analog)
        found = []
        if self._config.thermometer_pin >= 0:
            found.append(self._warmth(centi_c, analog))
        # What has a probe of its own beside the instrument is that one's.
        found += [_digital(value, n) for value, n in numbers or () if value.kind not in fitted]
        warmth = [one.value for one in found if one.kind == column.WATER_CENTI_C]
        self._centi_c = warmth[0] if warmth else None
        is_dry = False
        for kind in fitted:
            if kind == column.WATER_CENTI_C:
                continue
            if not analog[kind]:
                one = column.column(kind, quality.MISSING, None, 0, 0)
            elif kind == column.TURBIDITY_MNTU:
                one = self._cloud(analog[kind], is_dry)
            else:
                one = self._solids(kind, analog[kind])
                is_dry |= kind == column.SOLIDS_PPB and one.flag == quality.DRY_OR_OPEN
            found.append(one)
        return found

    def _remember(self, centi_c, analog):
        known = self._known.known
        known[column.WATER_CENTI_C].history.take(_NO_CENTI_C if centi_c is None else centi_c)
        for kind in analog:
            if analog[kind]:
                known[kind].history.take(analog[kind].uv)

    def _warmth(self, centi_c, analog):
        known = self._known.known
        beside = [known[kind].history for kind in analog if analog[kind]]
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
        calibrated = judging.calibration(calibration.time_s, self._dated_s)
        uv_25 = tds.at_25_uv(max(0, figures.uv - calibration.offset_uv), warmth)
        flag = judging.solids(
            figures.uv, uv_25, max(figures.spread_uv, figures.mains_uv), ppb,
            self._known.known[kind].history, centi_c is not None, calibrated,
            kind == column.PRODUCT_SOLIDS_PPB,
        )  # fmt: skip
        is_calibrated = calibrated == quality.GOOD
        adc_uv = _adc_uv(figures, is_calibrated)
        factor_milli = factor_milli * calibration.k_milli // 1000
        uncertainty = tds.uncertainty_ppb(ppb, uv_25, centi_c, adc_uv, factor_milli, is_calibrated)
        return column.column(kind, flag, ppb, uncertainty, figures.uv)

    def _cloud(self, figures, is_beside_dry):
        kind = column.TURBIDITY_MNTU
        calibration = self._calibrations.of(kind)
        centi_c = self._centi_c
        warmth = _ASSUMED_CENTI_C if centi_c is None else centi_c
        divider_ppm = self._config.turbidity_divider_ppm
        probe_uv = turbidity.probe_uv(figures.uv, divider_ppm)
        uv_25 = turbidity.at_25_uv(probe_uv, warmth) + calibration.offset_uv
        known, clarity = self._known.known[kind], self._known.clarity
        if turbidity.SHORT_UV < figures.uv < turbidity.OPEN_UV and not is_beside_dry:
            clarity.take(self._now_s, uv_25)
        calibrated = judging.calibration(calibration.time_s, self._dated_s)
        flag = judging.cloudiness(
            figures.uv, max(figures.spread_uv, figures.mains_uv), uv_25,
            calibration.k_milli, known.history,
            clarity.clearest_uv(self._now_s), is_beside_dry, centi_c is not None, calibrated,
        )  # fmt: skip
        mntu = turbidity.mntu(uv_25) * calibration.k_milli // 1000
        is_calibrated = calibrated == quality.GOOD
        adc_uv = turbidity.probe_uv(_adc_uv(figures, is_calibrated), divider_ppm)
        uncertainty = turbidity.uncertainty_mntu(uv_25, centi_c, adc_uv, is_calibrated)
        uncertainty = uncertainty * calibration.k_milli // 1000
        return column.column(kind, flag, mntu, uncertainty, figures.uv)


def _kinds(config):
    """Of the probes of one's own that are fitted."""
    fitted = [] if config.thermometer_pin < 0 else [column.WATER_CENTI_C]
    for kind, name in zip(column.ANALOG, column.ANALOG_PINS):
        if getattr(config, name + "_pin") >= 0:
            fitted.append(kind)
    return fitted


def _adc_uv(figures, is_calibrated):
    """One standard deviation of the voltage: the converter's, and the noise of 25 samples."""
    return combined(_CALIBRATED_ADC_UV if is_calibrated else _ADC_UV, figures.spread_uv // 5)


def _digital(value, number):
    """The Column of what an instrument said, None: nothing. It is calibrated by itself."""
    flag = judging.digital(value, number)
    number = number or 0
    error = combined(abs(number) * value.error_milli // 1000, value.error)
    return column.column(value.kind, flag, number, error, number)
