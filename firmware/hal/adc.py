"""Calibrated voltages on ADC1. ADC2 fails while the radio runs, so it is refused."""

import machine

_ADC1_PINS = (32, 33, 34, 35, 36, 37, 38, 39)


class ADC:
    def __init__(self, pin):
        if pin not in _ADC1_PINS:
            raise ValueError("pin %d is not on ADC1 (32 to 39)" % pin)
        self._pin = pin

    def read_uv(self):
        # Opened only now: another chip has no ADC there, and says before what it is (counter.py).
        return machine.ADC(machine.Pin(self._pin), atten=machine.ADC.ATTN_11DB).read_uv()
