"""Promise: a meter with a Hall sensor stays awake, reports all of it, and says what it cannot do.

What it counts is in test_hall.py.
"""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from hall_meter import COUNT, COUNTER_FAULT, HallMeter, S, stream
from rill.household import household
from rill.image import ROOT
from rill.simulate import Run, Settings
from rill.trace import Trace
from rill.verdict import is_sound

_MAIN = "from firmware.app import run\nrun()\n"


def _records_without_counting(meter, lines):
    ending = meter.wake_until(100, scripts=lines)
    assert ending.kind == "sleep"
    stored = meter.stored()
    assert [r.flags & COUNTER_FAULT for r in stored.readings.values()] == [COUNTER_FAULT]
    assert stored.pulses == 0


def test_an_image_without_a_counter_is_named_and_the_meter_records(tmp_path, script):
    meter = HallMeter(tmp_path, ())
    lines = script(
        "import machine\nfrom firmware.hal import chip\nmachine.OTHERS.remove('Counter')\n"
        "chip.image_version = lambda: (1, 25, 0)\n" + _MAIN
    )
    _records_without_counting(meter, lines)
    said = meter.board.console_end()
    assert "needs machine.Counter of MicroPython 1.26.1 or newer; this image is 1.25.0\n" in said


def test_a_chip_without_a_pulse_counter_is_named(tmp_path, script):
    meter = HallMeter(tmp_path, ())
    lines = script(
        "import machine\nfrom firmware.hal import chip\nmachine.OTHERS.remove('Counter')\n"
        "chip.name = lambda: 'ESP32C3'\n" + _MAIN
    )
    _records_without_counting(meter, lines)
    assert "1.28.0, but for the ESP32C3, which has no pulse counter" in meter.board.console_end()


_OTHERS = ("ESP32S2", "ESP32S3", "ESP32C3", "ESP32C6", "ESP32H2")


@pytest.mark.parametrize("name", _OTHERS)
def test_another_chip_with_a_reed_says_what_it_is_and_what_would_work(tmp_path, script, name):
    meter = HallMeter(tmp_path, (), pulse_sensor="reed")
    lines = script(f"from firmware.hal import chip\nchip.name = lambda: {name!r}\n" + _MAIN)
    _records_without_counting(meter, lines)
    said = next(s for s in meter.board.console_end().splitlines() if "nothing is counted" in s)
    assert f" {name}:" in said and "pulse_sensor" in said and "hall" in said and "PCNT" in said


def test_another_chip_says_what_it_is_before_it_misses_the_battery(tmp_path, script):
    meter = HallMeter(tmp_path, (), pulse_sensor="reed")
    lines = script(
        "import machine\nfrom firmware.hal import chip\nchip.name = lambda: 'ESP32S3'\n"
        "class NoADC:\n    ATTN_11DB = 3\n"
        "    def __init__(self, pin, atten):\n        raise ValueError('invalid pin')\n"
        "machine.ADC = NoADC\n" + _MAIN
    )
    assert meter.wake_until(100, scripts=lines).kind == "sleep"
    assert "this is ESP32S3:" in meter.board.console_end()


def test_another_chip_with_a_hall_sensor_counts_and_touches_no_register_of_the_ulp(
    tmp_path, script
):
    meter = HallMeter(tmp_path, stream(300, 3000))
    lines = script(
        "import sys\nfrom firmware.hal import chip\nchip.name = lambda: 'ESP32S3'\n" + COUNT
        + "counter.start()\nClock().sleep_ms(20000)\n"
        "known = [n for n in ('rtc', 'slow_clock') if 'firmware.hal.' + n in sys.modules]\n"
        "print(counter.read()[0], known)\n"
    )  # fmt: skip
    meter.wake_until(60, scripts=lines)
    assert meter.board.console_end(1) == "3000 []"


@pytest.mark.parametrize(
    ("machine", "name"),
    [
        ("Generic ESP32 module with ESP32", "ESP32"),
        ("Generic ESP32 module with SPIRAM with ESP32", "ESP32"),
        ("TinyPICO with ESP32-PICO-D4", "ESP32"),
        ("A board with ESP32-WROVER-B", "ESP32"),
        ("LOLIN_S2_MINI with ESP32-S2FN4R2", "ESP32S2"),
        ("XIAO ESP32S3 with ESP32-S3", "ESP32S3"),
        ("Generic ESP32C6 module with ESP32C6", "ESP32C6"),
    ],
)
def test_the_chip_is_told_by_what_the_image_was_built_for(machine, name):
    namespace = {}
    exec((ROOT / "firmware" / "hal" / "chip.py").read_text(), namespace)
    implementation = SimpleNamespace(_machine=machine, version=(1, 26, 1, ""))
    namespace["sys"] = SimpleNamespace(implementation=implementation)
    assert namespace["name"]() == name
    assert namespace["image_version"]() == (1, 26, 1)


def test_from_a_reed_to_a_hall_sensor_and_back(tmp_path):
    """The reed's program must let go of the pad, and its old count must not come back."""
    reed, hall, last = stream(1, 20), stream(450, 4500, 40 * S), stream(1, 30, 70 * S)
    meter = HallMeter(tmp_path, (*reed, *hall, *last), pulse_sensor="reed", commit_pulses=1000)
    world = meter.world
    assert meter.wake_until(1000).kind == "sleep"
    assert not world.sleep_until(30 * S)
    assert meter.wake_until(1000, "button").kind == "sleep"
    assert meter.stored().pulses == 20
    meter.configure()
    assert meter.wake_until(62, "reset").kind == "over"
    meter.configure(pulse_sensor="reed", commit_pulses=1000)
    assert meter.wake_until(1000, "reset").kind == "sleep"
    assert not world.sleep_until(110 * S)
    assert meter.wake_until(1000, "button").kind == "sleep"
    assert meter.stored().pulses == 20 + 4500 + 30


class Hours(Run):
    """Hours instead of days: a meter that stays awake looks 86,400 times a day."""

    def __init__(self, settings, hours):
        super().__init__(settings)
        self._end_us = hours * 3600 * S


@pytest.mark.parametrize(
    "outages_s",
    [
        pytest.param((), marks=pytest.mark.prove),
        pytest.param(((0, 5000),), marks=pytest.mark.prove),
        pytest.param(((5000, 3000),), marks=pytest.mark.prove),
    ],
)
def test_a_meter_that_stays_awake_reports_all_of_it(outages_s):
    trace = Trace([(7 * n, n % 90) for n in range(1, 1500)], 7)
    settings = Settings(
        trace=trace, days=1, sensor="hall", pulses=450, report_s=3600, outages_s=outages_s
    )
    n = Hours(settings, 3).result()
    assert is_sound(n, settings.most_unreported_ml) and settings.most_unreported_ml == 4, n
    assert n["wakes"] == 1 and n["records_stored"] == n["records_unique"] == 4
    assert n["pulses_counted"] == n["ml_in"] * 450 // 1000 > 20_000
    assert n["wake_ms_median"] > 0 and 0 < n["heap_peak_bytes"] < 200_000


@pytest.mark.prove
def test_a_day_of_a_household_on_a_meter_that_stays_awake():
    settings = Settings(trace=household(1, 1), days=1, sensor="hall", pulses=450)
    n = Run(settings).result()
    assert is_sound(n, settings.most_unreported_ml) and n["wakes"] == 1, n


@pytest.mark.parametrize(
    "options",
    [("--pulse-ml", "500"), ("--reset-every", "5"), ("--report-s", "172800")],
)
def test_options_that_do_not_go_with_a_hall_sensor_are_refused(options):
    command = [sys.executable, "-m", "rill", "simulate", "--sensor", "hall", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2 and options[0] in done.stderr
