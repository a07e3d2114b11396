"""Promise: another RS-485 instrument is another entry, and whatever it says is judged."""

import struct

from expect import expect, expect_raises
from firmware.core import judging, modbus, quality
from firmware.core.column import PROBED
from firmware.core.errors import ProbeError
from firmware.core.instruments import INSTRUMENTS, Instrument, Value
from firmware.drivers.instrument import DigitalInstrument
from ports import FakeClock

_DEGREES = Value(1, 0, modbus.SIGNED, 10, -500, 8000, 0, 100)


class _Bus:
    """registers: by address; of a missing one it says nothing."""

    def __init__(self, registers):
        self._registers = registers
        self.asked = 0

    def read(self, unit, function, address, count, timeout_ms):
        self.asked += 1
        if address not in self._registers:
            raise ProbeError("nothing")
        return [self._registers[address + n] for n in range(count)]


class _Switch:
    level = 0

    def on(self):
        self.level = 1

    def off(self):
        self.level = 0


def test_numbers_of_each_form():
    expect(modbus.scaled([0xFFFF], modbus.UNSIGNED, 100), 6_553_500)
    expect(modbus.scaled([0xFFFF], modbus.SIGNED, 10), -10)
    expect(modbus.scaled([0x7FFF], modbus.SIGNED, 1), 32_767)
    for value in (0.0, 21.5, -3.25, 999.875):
        words = list(struct.unpack(">HH", struct.pack(">f", value)))
        expect(modbus.scaled(words, modbus.FLOAT, 1000), int(1000 * value))


def test_what_is_no_number_is_a_fault():
    for words in (
        (0x7FC0, 0),
        (0x7F80, 0),
        (0xFF80, 0),
        (0x7F00, 0),
    ):  # NaN, both infinite, 1.7e38
        expect_raises(ProbeError, modbus.scaled, list(words), modbus.FLOAT, 1000)


def test_each_instrument_asks_what_a_record_and_a_bus_can_hold():
    for instrument in INSTRUMENTS.values():
        expect(300 <= instrument.baudrate <= 115_200, True)
        # Settling, two tries of the value that fails, silence after them: no slot waits.
        expect(instrument.settle_ms + 6 * instrument.timeout_ms < 8000, True)
        kinds = [value.kind for value in instrument.values]
        expect(sorted(set(kinds)), sorted(kinds))
        expect(all([kind in PROBED for kind in kinds]), True)
        for value in instrument.values:
            modbus.request(1, instrument.function, value.address, modbus.WORDS[value.form])
            expect(-(1 << 31) < value.lowest < value.highest < 1 << 31, True)
            expect(value.error > 0, True)
        places = [value.address for value in instrument.values]
        expect(max(places) - min(places) < 123, True)  # one question holds 125


def test_a_new_instrument_is_an_entry_and_nothing_else():
    toy = Instrument(19200, 10, 100, modbus.READ_INPUT, (_DEGREES,))
    switch = _Switch()
    read = DigitalInstrument(
        instrument=toy, bus=_Bus({0: 0xFFF6}), unit=7, switch=switch, clock=FakeClock()
    ).read()
    expect((read, switch.level), ([(_DEGREES, -100)], 0))


def test_all_values_come_with_one_answer_or_none_and_the_power_is_off_then():
    for registers, expected in (({0: 7, 1: 210}, [2100, 700]), ({}, [None, None])):
        bus, switch = _Bus(registers), _Switch()
        read = DigitalInstrument(
            instrument=INSTRUMENTS["sen0710"], bus=bus, unit=1, switch=switch, clock=FakeClock()
        ).read()
        expect([number for _, number in read], expected)
        expect((bus.asked, switch.level), (1, 0))


def test_one_register_that_is_no_number_leaves_the_others():
    nan = {4: 0x41A8, 5: 0, 6: 0x7FC0, 7: 0}
    read = DigitalInstrument(
        instrument=INSTRUMENTS["ws102_tds"], bus=_Bus(nan), unit=1, switch=None, clock=FakeClock()
    ).read()
    expect([number for _, number in read], [2100, None])


def test_what_an_instrument_says_is_judged_by_its_range():
    for number, flag in (
        (None, quality.MISSING), (-501, quality.MISSING), (8001, quality.MISSING),
        (300, quality.FREEZE_WARNING), (301, quality.GOOD),
    ):  # fmt: skip
        expect(judging.digital(_DEGREES, number), flag)
    cloudy = Value(3, 0, modbus.UNSIGNED, 100, 0, 1_000_000, 200, 10_000)
    expect(judging.digital(cloudy, 1_000_001), quality.OVER_RANGE)
