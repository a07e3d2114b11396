"""One switched output, one input, one switch; the polarity stays inside."""

import esp32
import machine


class Line:
    def __init__(self, pin, active_low=False, is_on=False):
        self._active_low = active_low
        self._on = is_on
        level = 1 if is_on != active_low else 0
        # A pad that was held through deep sleep follows again from here on.
        self._pin = machine.Pin(
            pin,
            machine.Pin.OUT,
            value=level,
            hold=False,  # type: ignore[call-arg]  # not in stubs
        )

    def hold(self):
        self._pin.init(hold=True)  # type: ignore[call-arg]
        esp32.gpio_deep_sleep_hold(True)  # type: ignore[attr-defined]

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


class Contact:
    """A switch to ground. The chip's own pull-up is there from on() to off(): while the switch is
    closed it takes some 70 uA. Pins 34 to 39 have none.
    """

    def __init__(self, pin):
        self._number = pin

    def on(self):
        self._pin = machine.Pin(self._number, machine.Pin.IN, machine.Pin.PULL_UP)

    def off(self):
        machine.Pin(self._number, machine.Pin.IN, None)  # type: ignore[arg-type]

    def is_closed(self):
        return not self._pin.value()
