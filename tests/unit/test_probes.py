"""Promise: a probe has power only while it is read, and no answer stops a wake."""

from expect import expect, expect_raises
from firmware.config import check_probes, checked
from firmware.core.errors import ConfigError
from firmware.core.samples import COUNT
from firmware.drivers.analog import AnalogProbe
from firmware.drivers.ds18b20 import Thermometer
from ports import FakeClock


class _Switch:
    def __init__(self, log):
        self.log = log
        self.level = False

    def on(self):
        self.level = True
        self.log.append("on")

    def off(self):
        self.level = False
        self.log.append("off")


class _Adc:
    def __init__(self, switch, clock, fails_at=None):
        self._switch, self._clock, self._fails_at = switch, clock, fails_at
        self.times_ms = []

    def read_uv(self):
        if not self._switch.log:
            return 140_000  # before it has power
        expect(self._switch.level, True)
        if len(self.times_ms) == self._fails_at:
            raise OSError(5)
        self.times_ms.append(self._clock.since_power_ms())
        return 400_000


def test_an_analogue_probe_is_on_settles_is_sampled_evenly_and_is_off():
    clock, log = FakeClock(), []
    switch = _Switch(log)
    adc = _Adc(switch, clock)
    figures = AnalogProbe(adc=adc, switch=switch, clock=clock, settle_ms=150).read()
    expect((figures.uv, figures.idle_uv, log), (400_000, 140_000, ["on", "off"]))
    expect(adc.times_ms, [150 + 2 * n for n in range(COUNT)])


def test_a_probe_is_off_also_when_the_adc_fails():
    clock, log = FakeClock(), []
    switch = _Switch(log)
    probe = AnalogProbe(adc=_Adc(switch, clock, 7), switch=switch, clock=clock, settle_ms=1)
    expect_raises(OSError, probe.read)
    expect(log, ["on", "off"])


class _Bus:
    """register: 9 bytes, or None: nobody answers."""

    def __init__(self, register, clock):
        self.register, self._clock = register, clock
        self.commands = []
        self.converted_ms = 0

    def reset(self):
        return self.register is not None

    def write(self, data):
        self.commands.append(bytes(data))
        if data[1] == 0x44:
            self.converted_ms = self._clock.since_power_ms() + 750
        else:
            expect(self._clock.since_power_ms() >= self.converted_ms, True)

    def readinto(self, buffer):
        buffer[:] = self.register


def _register(sixteenths, fixed=b"\x4b\x46\x7f\xff\x0c\x10"):
    body = bytes((sixteenths & 0xFF, sixteenths >> 8 & 0xFF)) + fixed
    crc = 0
    for byte in body:
        for bit in range(8):
            mixed = (crc ^ byte >> bit) & 1
            crc = crc >> 1 ^ (0x8C if mixed else 0)
    return body + bytes((crc,))


def _read(register):
    clock, log = FakeClock(), []
    bus = _Bus(register, clock)
    found = Thermometer(bus=bus, switch=_Switch(log), clock=clock).read_centi_c()
    expect(log, ["on", "off"])
    expect(clock.since_power_ms() < 2000, True)  # whatever is on the bus
    return found


def test_temperatures_of_the_data_sheet():
    table = (
        (0x07D0, 12_500),
        (0x0191, 2506),
        (0x0008, 50),
        (0, 0),
        (0xFFF8, -50),
        (0xFC90, -5500),
    )
    for sixteenths, centi_c in table:
        expect(_read(_register(sixteenths)), centi_c)


def test_85_degrees_are_handed_on_for_what_they_are():
    expect(_read(_register(0x0550)), 8500)


def test_no_answer_a_short_a_wrong_crc_and_another_chip_are_none():
    expect(_read(None), None)
    expect([_read(bytes([byte] * 9)) for byte in (0, 0xFF)], [None, None])
    sound = _register(0x0191)
    for position in range(9):
        damaged = bytearray(sound)
        damaged[position] ^= 4
        expect(_read(bytes(damaged)), None)
    expect(_read(_register(0x0191, b"\x4b\x46\x7f\xfe\x0c\x10")), None)


_FITTED = {
    "tds_pin": 33, "tds_switch_pin": 25, "turbidity_pin": 34, "turbidity_switch_pin": 26,
    "thermometer_pin": 27,
}  # fmt: skip
_INSTRUMENT = {"instrument": "ectds10", "instrument_tx_pin": 17, "instrument_rx_pin": 16}


def test_probes_that_can_be_fitted_are_taken():
    for values, has in ((_FITTED, True), ({}, False), (_INSTRUMENT, True)):
        config = checked(values)
        check_probes(config)
        expect(config.has_probes(), has)


def test_probes_that_cannot_are_refused_with_the_reason():
    for changes, words in (
        ({"tds_pin": 25, "tds_switch_pin": 21}, ("tds_pin", "ADC2")),
        ({"turbidity_pin": 33}, ("turbidity_pin", "tds_pin")),
        ({"tds_pin": 32}, ("tds_pin", "pulse_pin")),
        ({"turbidity_pin": 35}, ("turbidity_pin", "divider")),
        ({"thermometer_pin": 0}, ("thermometer_pin", "button")),
        ({"thermometer_pin": 6}, ("thermometer_pin", "flash")),
        ({"turbidity_switch_pin": 25}, ("turbidity_switch_pin", "tds_switch_pin")),
        ({"product_tds_switch_pin": 13}, ("product_tds_switch_pin", "set product_tds_pin")),
        ({"water_limits": "epa"}, ("water_limits", "gb5749")),
        ({"message_bytes": 400}, ("message_bytes", "3 quality values", "464")),
        ({"instrument": "epa"}, ("instrument", "sen0710")),
        ({"instrument": "sen0710", "instrument_tx_pin": 17}, ("instrument_rx_pin", "not set")),
        ({"instrument_tx_pin": 17}, ("instrument_tx_pin", "no instrument")),
        ({"filter_l": 1}, ("filter_l", "purifier")),
        ({"tds_switch_pin": -1}, ("tds_switch_pin", "destroys")),
        ({"quality_s": 5000}, ("quality_s", "multiple of slot_s")),
        ({"instrument_unit": 2}, ("instrument_unit", "not fitted")),
    ):
        values = dict(_FITTED)
        values.update(changes)
        _refused(values, words)
    _refused({"tds_switch_pin": 25}, ("tds_switch_pin", "set tds_pin"))
    _refused({"tds_factor_milli": 501}, ("tds_factor_milli", "set tds_pin"))
    _refused({"turbidity_divider_ppm": 600_000}, ("turbidity_divider_ppm", "turbidity_pin"))
    _refused({"quality_s": 3600}, ("quality_s", "any probe"))
    values = dict(_INSTRUMENT)
    values["instrument_direction_pin"] = 16
    _refused(values, ("instrument_direction_pin", "instrument_rx_pin"))


def _refused(values, words):
    sentence = str(expect_raises(ConfigError, lambda: check_probes(checked(values))))
    expect([word in sentence for word in words], [True] * len(words))
