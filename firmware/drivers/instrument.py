"""An RS-485 instrument as core/instruments.py describes it, with power only while it is read."""

from firmware.core import modbus
from firmware.core.errors import ProbeError
from firmware.drivers.powered import powered


class DigitalInstrument:
    """unit: its address, 1 ... 247. switch: the Line of its supply, None: it can't be switched."""

    def __init__(self, *, instrument, bus, unit, switch, clock):
        self._instrument = instrument
        self._bus = bus
        self._unit = unit
        self._switch = switch
        self._clock = clock

    def read(self):
        """(Value, in units of its column) of each; None for those that did not come.

        All come with one answer. So one that is late can only be that of the first of two tries,
        which asked the same.
        """
        return powered(self._switch, self._clock, self._instrument.settle_ms, self._values)

    def _values(self):
        instrument = self._instrument
        values = instrument.values
        first = min([value.address for value in values])
        end = max([value.address + modbus.WORDS[value.form] for value in values])
        try:
            words = self._bus.read(
                self._unit, instrument.function, first, end - first, instrument.timeout_ms
            )
        except ProbeError as error:
            print(error)
            return [(value, None) for value in values]
        return [(value, _number(value, words[value.address - first :])) for value in values]


def _number(value, words):
    try:
        return modbus.scaled(words[: modbus.WORDS[value.form]], value.form, value.factor)
    except ProbeError as error:
        print(error)
        return None
