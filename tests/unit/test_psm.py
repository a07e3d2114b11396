"""Promise: timers of power saving are written and read as 3GPP says, in all units."""

from expect import expect, expect_raises
from firmware.core import psm

# unit bits: seconds of the unit.
_ACTIVE = {"000": 2, "001": 60, "010": 360}
_PERIODIC = {
    "000": 600, "001": 3600, "010": 36_000, "011": 2, "100": 30, "101": 60, "110": 1_152_000,
}  # fmt: skip


def _all(units):
    for unit, unit_s in units.items():
        for value in range(32):
            yield unit + "{:05b}".format(value), value * unit_s


def test_every_value_of_every_unit_is_read():
    for bits, seconds in _all(_ACTIVE):
        expect(psm.active_s(bits), seconds)
    for bits, seconds in _all(_PERIODIC):
        expect(psm.periodic_s(bits), seconds)
    for value in range(32):
        bits = "111" + "{:05b}".format(value)
        expect((psm.active_s(bits), psm.periodic_s(bits)), (None, None))
        expect(psm.active_s("101" + "{:05b}".format(value)), 60 * value)  # reserved: minutes


def test_what_can_be_written_is_written_exactly_and_all_else_is_rounded_up_by_little():
    for write, read, units in (
        (psm.active_bits, psm.active_s, _ACTIVE),
        (psm.periodic_bits, psm.periodic_s, _PERIODIC),
    ):
        exact = sorted(set([seconds for _, seconds in _all(units)]))
        for seconds in exact:
            expect(read(write(seconds)), seconds)
        for low, high in zip(exact, exact[1:]):
            if high - low > 1:
                expect((read(write(low + 1)), read(write(high - 1))), (high, high))
        expect_raises(ValueError, write, exact[-1] + 1)
        expect_raises(ValueError, write, -1)


def test_examples_of_the_field():
    expect(psm.active_s("00001010"), 20)
    expect(psm.periodic_s("00110100"), 20 * 3600)
    expect((psm.active_s("00000001"), psm.periodic_s("11100000")), (2, None))
    expect(psm.periodic_bits(310 * 3600), "01011111")


def test_what_is_not_eight_bits_is_refused():
    for bits in ("", "1010101", "101010101", "0000000x", "20000000"):
        expect_raises(ValueError, psm.active_s, bits)
        expect_raises(ValueError, psm.periodic_s, bits)
