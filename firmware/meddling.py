"""Wires what tells of tampering; only in a wake of a meter that has any of it."""

from firmware.drivers.guards import faults
from firmware.hal.adc import ADC
from firmware.hal.line import Contact


def meddling(config, clock):
    """Bits of core/leaks/terms.py."""
    return faults(
        magnet=Contact(config.magnet_pin) if config.magnet_pin >= 0 else None,
        case=Contact(config.case_pin) if config.case_pin >= 0 else None,
        cable=ADC(config.cable_pin) if config.cable_pin >= 0 else None,
        band_mv=(config.cable_low_mv, config.cable_high_mv),
        clock=clock,
    )
