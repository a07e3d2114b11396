"""Promise: registers come from a real Modbus RTU instrument, or a fault that says why they don't.

The instrument is pymodbus on a pseudo terminal; what spoils the wire stands between the two.
"""

import subprocess
import time

import pytest

from rill.image import build
from rill.interpreter import micropython
from rtu_instrument import SERIAL_AND_CLOCK, Instrument

_SCRIPT = """
import sys
sys.path.insert(0, {image!r})
{parts}
from firmware.core.errors import ProbeError
from firmware.drivers.modbus import ModbusBus

bus = ModbusBus(serial=Serial({path!r}), clock=Clock(), baudrate=9600)
for function, address, count in {reads!r}:
    try:
        print(bus.read(1, function, address, count, {timeout_ms}))
    except ProbeError as error:
        print(error)
"""


def _read(instrument, *reads, timeout_ms=300):
    text = _SCRIPT.format(
        image=str(build()),
        parts=SERIAL_AND_CLOCK,
        path=instrument.path,
        reads=reads,
        timeout_ms=timeout_ms,
    )
    done = subprocess.run(
        [*micropython(), "-c", text], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def instrument():
    with Instrument({address: 100 + address for address in range(64)}) as running:
        yield running


def test_holding_and_input_registers(instrument):
    found = _read(instrument, (3, 0, 2), (4, 5, 1), (3, 10, 50))
    assert found == ["[100, 101]", "[105]", str(list(range(110, 160)))]


def test_an_exception_is_told_with_its_reason(instrument):
    assert _read(instrument, (3, 1000, 2), (3, 0, 1)) == [
        "unit 1, register 1000: unit 1: illegal address",
        "[100]",
    ]


def test_a_wrong_crc_is_asked_again_and_then_told(instrument):
    instrument.spoil = [b"crc"]
    assert _read(instrument, (3, 0, 1)) == ["[100]"]
    instrument.spoil = [b"crc", b"crc"]
    assert _read(instrument, (3, 0, 1), (3, 1, 1)) == [
        "unit 1, register 0: an answer with a wrong CRC",
        "[101]",
    ]


def test_silence_is_told_within_the_deadline(instrument):
    instrument.spoil = [b"lost", b"lost"]
    began = time.monotonic()
    assert _read(instrument, (3, 0, 1)) == ["unit 1, register 0: 0 bytes of an answer"]
    assert time.monotonic() - began < 10


def test_half_an_answer_is_no_answer(instrument):
    instrument.spoil = [b"half", b"half"]
    (said,) = _read(instrument, (3, 0, 8))
    assert said.startswith("unit 1, register 0: ")


def test_an_answer_that_comes_too_late_is_never_the_next_one_s(instrument):
    """Both have the same size: nothing but the time tells them apart."""
    for spoiled in ([b"late"], [b"late", b"lost"], [b"lost", b"late"]):
        instrument.spoil = list(spoiled)
        first, second = _read(instrument, (3, 0, 1), (3, 9, 1), timeout_ms=200)
        assert first in ("[100]", "unit 1, register 0: 0 bytes of an answer"), (spoiled, first)
        assert second == "[109]", spoiled


def test_an_echo_of_the_transceiver_is_no_answer(instrument):
    instrument.echoes = True
    assert _read(instrument, (3, 0, 2)) == ["[100, 101]"]
