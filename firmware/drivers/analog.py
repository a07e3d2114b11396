"""A probe with an analogue output, which has power only while it is read.

A TDS probe that is always on destroys its electrodes, and disturbs another one in the same water.
"""

from firmware.core.samples import COUNT, SPACING_MS, figures
from firmware.drivers.powered import powered

_samples = [0] * COUNT  # one for all of them: only one is read at a time


class AnalogProbe:
    """adc: an ADC port. switch: the Line of its supply, None: it can't be switched.

    settle_ms: from power to the first sample.
    """

    def __init__(self, *, adc, switch, clock, settle_ms):
        self._adc = adc
        self._switch = switch
        self._clock = clock
        self._settle_ms = settle_ms

    def read(self):
        """Figures of 100 ms: core/samples.py."""
        idle_uv = self._adc.read_uv() if self._switch else 0
        powered(self._switch, self._clock, self._settle_ms, self._sample)
        return figures(_samples, idle_uv)

    def _sample(self):
        clock = self._clock
        began = clock.ticks_ms()
        for n in range(COUNT):
            early_ms = n * SPACING_MS - clock.elapsed_ms(began)
            if early_ms > 0:
                clock.sleep_ms(early_ms)
            _samples[n] = self._adc.read_uv()
