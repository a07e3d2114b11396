"""The probes that the configuration names: how they are made, and one reading of each."""

import sys

from micropython import const

from firmware.core.column import ANALOG_PINS

_TDS_SETTLE_MS = const(150)
_TURBIDITY_SETTLE_MS = const(600)  # the maker says less than 500
_UART = const(2)


def read(config, clock):
    """(hundredths of a degree, Figures of each of ANALOG_PINS, what the instrument said), None
    for what is not fitted or has failed. One after the other: two in the same water disturb each
    other.
    """
    centi_c = numbers = None
    if config.thermometer_pin >= 0:
        centi_c = _tried(lambda: thermometer(config, clock).read_centi_c())
    if config.instrument:
        numbers = _tried(lambda: digital(config, clock).read())
        numbers = numbers or [(v, None) for v in _described(config).values]
    figures = []
    for name in ANALOG_PINS:
        is_fitted = getattr(config, name + "_pin") >= 0
        figures.append(_tried(lambda: analog(config, name, clock).read()) if is_fitted else None)  # noqa: B023
    return centi_c, figures, numbers


def _tried(act):
    try:
        return act()
    except Exception as crash:  # noqa: BLE001
        # Whatever a probe can do to its driver: the water is billed all the same.
        sys.print_exception(crash)
        return None


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


def digital(config, clock):
    """The instrument on RS-485."""
    from firmware.drivers.instrument import DigitalInstrument
    from firmware.drivers.modbus import ModbusBus
    from firmware.hal.line import Line
    from firmware.hal.serial import Serial

    found = _described(config)
    serial = Serial(_UART, found.baudrate, config.instrument_tx_pin, config.instrument_rx_pin)
    pin = config.instrument_direction_pin
    return DigitalInstrument(
        instrument=found,
        bus=ModbusBus(
            serial=serial,
            clock=clock,
            baudrate=found.baudrate,
            direction=Line(pin) if pin >= 0 else None,
        ),
        unit=config.instrument_unit,
        switch=_switch(config, "instrument"),
        clock=clock,
    )


def _described(config):
    from firmware.core.instruments import INSTRUMENTS

    return INSTRUMENTS[config.instrument]


def _switch(config, name):
    pin = getattr(config, name + "_switch_pin")
    if pin < 0:
        return None
    from firmware.hal.line import Line

    return Line(pin)
