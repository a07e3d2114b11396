"""Whether somebody meddles with the meter: a magnet, an opened case, a cut or shorted cable."""

from micropython import const

from firmware.core.leaks.terms import CABLE, MAGNET, OPENED
from firmware.drivers.powered import powered

_SETTLE_MS = const(1)  # 45 kOhm of the chip and the few nF of a cable
_APART_MS = const(20)  # a reed bounces for a few ms, and so does the switch of a case that is hit


def faults(*, magnet, case, cable, band_mv, clock):
    """Bits of core/leaks/terms.py; one is set when two looks, _APART_MS apart, say the same.

    magnet: a Contact that a magnet closes. case: one that opens with it. cable: the ADC at its
    resistor, whose voltage is in band_mv (lowest, highest) while it is whole. None: not fitted.
    """
    found = 0
    if magnet and all(_looked(magnet, clock)):
        found |= MAGNET
    if case and not any(_looked(case, clock)):
        found |= OPENED
    if cable:
        lowest_mv, highest_mv = band_mv
        seen_mv = [uv // 1000 for uv in _twice(cable.read_uv, clock)]
        if not any([lowest_mv <= mv <= highest_mv for mv in seen_mv]):
            found |= CABLE
    return found


def _looked(contact, clock):
    return powered(contact, clock, _SETTLE_MS, lambda: _twice(contact.is_closed, clock))


def _twice(read, clock):
    first = read()
    clock.sleep_ms(_APART_MS)
    return first, read()
