"""An RS-485 instrument as core/instruments.py describes it, with power only while it is read."""

from firmware.core import modbus
from firmware.core.errors import ProbeError


class DigitalInstrument:
    """unit: its address, 1 ... 247. switch: the Line of its supply, None: it can't be switched."""

    def __init__(self, *, instrument, bus, unit, switch, clock):
        self._instrument = instrument
        self._bus = bus
        self._unit = unit
        self._switch = switch
        self._clock = clock

    def read(self):
        """(Value, in units of its column) of each; None for one that did not come.

        Two tries for each, until one has failed: who doesn't answer is not asked for the rest.
        """
        instrument = self._instrument
        if self._switch:
            self._switch.on()
        try:
            self._clock.sleep_ms(instrument.settle_ms)
            return self._values(instrument)
        finally:
            if self._switch:
                self._switch.off()

    def _values(self, instrument):
        found, is_there = [], True
        for value in instrument.values:
            number = None
            if is_there:
                try:
                    words = self._bus.read(
                        self._unit, instrument.function, value.address,
                        modbus.WORDS[value.form], instrument.timeout_ms,
                    )  # fmt: skip
                    number = modbus.scaled(words, value.form, value.factor)
                except ProbeError as error:
                    print(error)
                    is_there = False
            found.append((value, number))
        return found
