"""Promise: magnet, open case and cut cable are told apart, and a moment of one is nothing."""

from expect import expect
from firmware.core.leaks.terms import CABLE, MAGNET, OPENED
from firmware.drivers.guards import faults
from ports import FakeClock


class Switch:
    """says: whether it is closed, at each look."""

    def __init__(self, *says):
        self._says = list(says)
        self.is_pulled = False
        self.pulls = 0

    def on(self):
        self.is_pulled = True
        self.pulls += 1

    def off(self):
        self.is_pulled = False

    def is_closed(self):
        expect(self.is_pulled, True)
        return self._says.pop(0)


class Adc:
    def __init__(self, *says_mv):
        self._says_mv = list(says_mv)

    def read_uv(self):
        return 1000 * self._says_mv.pop(0)


def _faults(magnet=None, case=None, cable=None):
    clock = FakeClock()
    began = clock.ticks_ms()
    found = faults(magnet=magnet, case=case, cable=cable, band_mv=(1000, 2300), clock=clock)
    expect(clock.elapsed_ms(began) < 100, True)
    return found


def test_each_sign_has_its_bit():
    expect(_faults(), 0)
    expect(_faults(Switch(False, False), Switch(True, True), Adc(1000, 2300)), 0)
    expect(_faults(magnet=Switch(True, True)), MAGNET)
    expect(_faults(case=Switch(False, False)), OPENED)
    for mv in (999, 2301, 0, 3150):
        expect(_faults(cable=Adc(mv, mv)), CABLE)
    expect(
        _faults(Switch(True, True), Switch(False, False), Adc(0, 3150)), MAGNET | OPENED | CABLE
    )


def test_what_one_look_of_two_says_is_nothing():
    expect(_faults(magnet=Switch(True, False)), 0)
    expect(_faults(magnet=Switch(False, True)), 0)
    expect(_faults(case=Switch(True, False)), 0)
    expect(_faults(case=Switch(False, True)), 0)
    expect(_faults(cable=Adc(0, 1650)), 0)


def test_no_switch_is_pulled_up_but_while_it_is_read():
    magnet, case = Switch(False, False), Switch(True, True)
    _faults(magnet, case)
    expect((magnet.is_pulled, case.is_pulled, magnet.pulls, case.pulls), (False, False, 1, 1))
    crashing = Switch()
    try:
        _faults(magnet=crashing)
    except IndexError:
        expect(crashing.is_pulled, False)
        return
    raise AssertionError("it did not crash")
