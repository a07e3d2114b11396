"""One switched output, one input; the polarity stays inside."""

import machine


class Line:
    def __init__(self, pin, active_low=False):
        self._active_low = active_low
        self._on = False
        self._pin = machine.Pin(pin, machine.Pin.OUT, value=1 if active_low else 0)

    def on(self):
        self._set(True)

    def off(self):
        self._set(False)

    def is_on(self):
        return self._on

    def _set(self, on):
        self._on = on
        self._pin.value(1 if on != self._active_low else 0)


class Input:
    """Without a pull: whatever drives the line must always do so."""

    def __init__(self, pin, active_low=False):
        self._active_low = active_low
        self._pin = machine.Pin(pin, machine.Pin.IN)

    def is_on(self):
        return bool(self._pin.value()) != self._active_low
