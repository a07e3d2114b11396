"""The probes that the configuration names: which pins they may have, and how they are made."""

from firmware.boards import generic_esp32 as board
from firmware.core.errors import ConfigError
from firmware.core.limits import LIMITS

_ADC1_PINS = (32, 33, 34, 35, 36, 37, 38, 39)
_ANALOG = ("tds", "product_tds", "turbidity")
_ALL = _ANALOG + ("thermometer",)
_TDS_SETTLE_MS = 150
_TURBIDITY_SETTLE_MS = 600  # the maker says less than 500


def check(config):
    """ConfigError when the probes can't be fitted like that."""
    for name in _ANALOG:
        pin = getattr(config, name + "_pin")
        if pin >= 0 and pin not in _ADC1_PINS:
            raise ConfigError(
                "%s_pin is %d, but must be 32 to 39: ADC2 can't be read beside the radio"
                % (name, pin)
            )
    used = {
        board.BUTTON_PIN: "the button",
        board.BATTERY_PIN: "the cell's divider",
        config.pulse_pin: "pulse_pin",
    }
    if config.pulse_pin_b >= 0:
        used[config.pulse_pin_b] = "pulse_pin_b"
    for name in _ALL:
        _use(used, config, name + "_pin")
    for name in _ALL:
        key = name + "_switch_pin"
        if getattr(config, key) >= 0 and getattr(config, name + "_pin") < 0:
            raise ConfigError("%s switches a probe that is not there: set %s_pin" % (key, name))
        _use(used, config, key)
    if config.water_limits not in LIMITS:
        known = ", ".join(sorted(LIMITS))
        raise ConfigError("water_limits is %r, but must be %s" % (config.water_limits, known))


def _use(used, config, key):
    pin = getattr(config, key)
    if pin < 0:
        return
    if pin in used:
        raise ConfigError("%s is %d, which is the pin of %s" % (key, pin, used[pin]))
    used[pin] = key


def thermometer(config, clock):
    """The DS18B20, None: none is fitted."""
    if config.thermometer_pin < 0:
        return None
    from firmware.drivers.ds18b20 import Thermometer
    from firmware.hal.onewire import OneWire

    bus = OneWire(config.thermometer_pin)
    return Thermometer(bus=bus, switch=_switch(config, "thermometer"), clock=clock)


def analog(config, name, clock):
    """The probe "tds", "product_tds" or "turbidity"; None: it is not fitted."""
    pin = getattr(config, name + "_pin")
    if pin < 0:
        return None
    from firmware.drivers.analog import AnalogProbe
    from firmware.hal.adc import ADC

    settle_ms = _TURBIDITY_SETTLE_MS if name == "turbidity" else _TDS_SETTLE_MS
    switch = _switch(config, name)
    return AnalogProbe(adc=ADC(pin), switch=switch, clock=clock, settle_ms=settle_ms)


def probe_uv(config, pin_uv):
    """The voltage of the turbidity probe behind its divider."""
    return pin_uv * 1000 // (config.turbidity_divider_ppm // 1000)


def _switch(config, name):
    pin = getattr(config, name + "_switch_pin")
    if pin < 0:
        return None
    from firmware.hal.line import Line

    return Line(pin)
