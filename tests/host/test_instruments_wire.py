"""Promise: each RS-485 instrument that can be configured is read from a Modbus RTU server, and a
wire that is spoilt gives values that are missing, not wrong ones.
"""

import json
import subprocess

import pytest

from rill.image import build
from rill.interpreter import micropython
from rill.probes import REGISTERS
from rtu_instrument import SERIAL_AND_CLOCK, Instrument

_SCRIPT = """
import json, sys
sys.path.insert(0, {image!r})
{parts}
from firmware.core.instruments import INSTRUMENTS
from firmware.drivers.instrument import DigitalInstrument
from firmware.drivers.modbus import ModbusBus

wanted = INSTRUMENTS[{name!r}]
bus = ModbusBus(serial=Serial({path!r}), clock=Clock(), baudrate=wanted.baudrate)
class Settled(Clock):
    def sleep_ms(self, ms):
        pass
read = DigitalInstrument(instrument=wanted, bus=bus, unit=1, switch=None, clock=Settled()).read()
print(json.dumps([[value.kind, number] for value, number in read]))
"""


def _read(instrument, name):
    text = _SCRIPT.format(
        image=str(build()), parts=SERIAL_AND_CLOCK, path=instrument.path, name=name
    )
    done = subprocess.run(
        [*micropython(), "-c", text], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


_EXPECTED = {
    "ectds10": {1: -125, 13: 824_000, 2: 412_000},
    "sen0710": {1: -120, 3: 12_300},
    "ws102_tds": {1: -125, 2: 412_000},
}


@pytest.mark.parametrize("name", sorted(REGISTERS))
def test_each_instrument_says_what_is_in_the_water(name):
    with Instrument(REGISTERS[name](-1.25, 412.0, 12.3)) as instrument:
        assert _read(instrument, name) == _EXPECTED[name]


def test_a_spoilt_wire_gives_no_value_rather_than_a_wrong_one():
    with Instrument(REGISTERS["sen0710"](20.0, 400.0, 5.0)) as instrument:
        for spoilt in ([b"crc"] * 2, [b"lost"] * 2, [b"half"] * 2):
            instrument.spoil = list(spoilt)
            assert _read(instrument, "sen0710") == {1: None, 3: None}
        instrument.spoil = [b"crc", b"", b"lost"]
        assert _read(instrument, "sen0710") == {1: 2000, 3: 5000}
