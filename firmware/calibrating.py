"""Calibration of a probe that stands in its standard: read it, check, tell, keep."""

from firmware import probes
from firmware.core import calibration, column, event, turbidity
from firmware.core.errors import StorageFault
from firmware.storage.calibrations import Calibration

_NAMES = {"tds": column.SOLIDS_PPB, "product_tds": column.PRODUCT_SOLIDS_PPB}


class Calibrating:
    """now_s: Unix seconds, 0: unknown. note: as Keeping.note()."""

    def __init__(self, config, clock, calibrations, now_s, note):
        self._config = config
        self._clock = clock
        self._calibrations = calibrations
        self._now_s = now_s
        self._note = note

    def tds(self, standard_ns, who, centi_c=None, name="tds", with_last=False):
        """One point, or with_last: a line through this one and the last one that was kept.

        centi_c: of the standard, None: as the thermometer says. ValueError, StorageFault: nothing
        has changed.
        """
        if name not in _NAMES:
            raise ValueError("%r is neither tds nor product_tds" % (name,))
        kind = _NAMES[name]
        figures, centi_c = self._sample(name, centi_c)
        known = self._calibrations.of(kind)
        offset_uv = 0
        if with_last:
            if not known.time_s:
                raise ValueError("there is no first point yet")
            first = known.raw_uv, known.centi_c, known.standard
            k_milli, offset_uv = calibration.tds_line(first, (figures.uv, centi_c, standard_ns))
        else:
            k_milli = calibration.tds_factor(figures.uv, centi_c, standard_ns)
        new = Calibration(
            kind, k_milli, offset_uv, self._now(), standard_ns, centi_c, figures.uv, who
        )
        return self._keep(known, new, "%s %d uS/cm" % (name, standard_ns // 1000))

    def clear_water(self, who, centi_c=None):
        """The zero of the turbidity probe."""
        known, uv, centi_c = self._cloud(centi_c)
        shift_uv = calibration.clear_shift_uv(self._probe_uv_25(uv, centi_c))
        new = Calibration(known.kind, known.k_milli, shift_uv, self._now(), 0, centi_c, uv, who)
        return self._keep(known, new, "turbidity, clear water")

    def turbidity(self, standard_mntu, who, centi_c=None):
        """The gain of the turbidity probe; its zero comes first."""
        known, uv, centi_c = self._cloud(centi_c)
        if not known.time_s:
            raise ValueError("calibrate it in clear water first")
        uv_25 = self._probe_uv_25(uv, centi_c) + known.offset_uv
        gain = calibration.turbidity_gain(uv_25, standard_mntu)
        new = Calibration(
            known.kind, gain, known.offset_uv, self._now(), standard_mntu, centi_c, uv, who
        )
        return self._keep(known, new, "turbidity %d NTU" % (standard_mntu // 1000))

    def _now(self):
        if not self._now_s:
            raise ValueError("the date is not known yet: let the meter report once")
        return self._now_s

    def _cloud(self, centi_c):
        figures, centi_c = self._sample("turbidity", centi_c)
        return self._calibrations.of(column.TURBIDITY_MNTU), figures.uv, centi_c

    def _sample(self, name, centi_c):
        probe = probes.analog(self._config, name, self._clock)
        if not probe:
            raise ValueError("%s_pin is not set: there is no such probe" % name)
        if centi_c is None:
            thermometer = probes.thermometer(self._config, self._clock)
            centi_c = thermometer.read_centi_c() if thermometer else None
        figures = probe.read()
        calibration.check_sample(figures.uv, figures.spread_uv, centi_c)
        return figures, centi_c

    def _probe_uv_25(self, uv, centi_c):
        return turbidity.at_25_uv(
            turbidity.probe_uv(uv, self._config.turbidity_divider_ppm), centi_c
        )

    def _keep(self, known, new, text):
        """The events first: what was not told is not in force."""
        where = "%s at %d.%02d C" % (text, new.centi_c // 100, new.centi_c % 100)
        is_told = self._note(event.CALIBRATION_POINT, new.raw_uv, new.offset_uv, where)
        text = text + ", " + new.who
        if not is_told or not self._note(event.CALIBRATED, known.k_milli, new.k_milli, text):
            raise StorageFault("the event could not be stored, so nothing was changed")
        self._calibrations.save(new)
        return new
