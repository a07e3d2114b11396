"""Promise: a Hall sensor of 300 Hz and more is counted exactly while the meter is awake, over
every wrap; a reset costs at most what came since the last second, in a report since its begin.

The flashed firmware on the simulated board, whose PCNT (tools/rill/pcnt.py) is driven by edges.
"""

import json
import subprocess
import sys
from array import array
from random import Random
from types import SimpleNamespace

import pytest

from rill.board_process import Board
from rill.household import household
from rill.image import ROOT, build, build_board
from rill.simulate import Run, Settings
from rill.trace import Trace
from rill.verdict import Meter, is_sound
from rill.world import World
from ulp_emulator import read_edges

COUNTER_FAULT = 128
SETTINGS = {
    "pulse_sensor": "hall",
    "pulse_weight_ml": 1000,
    "pulse_weight_pulses": 450,
    "slot_s": 60,
    "report_s": 3600,
}
LATE_US = 4_000_000  # boot and the two seconds for Ctrl-C are over, the counter runs
S = 1_000_000


def stream(hz, pulses, begin_us=LATE_US):
    """Edges of a Hall sensor: half of each period active."""
    for n in range(pulses):
        yield begin_us + n * S // hz, 0
        yield begin_us + (2 * n + 1) * S // (2 * hz), 1


class HallMeter:
    """One meter on a board in a folder, at a line with these edges."""

    def __init__(self, folder, edges, hal="chip", **settings):
        self.edges = list(edges)
        self.world = World(array("q"), edges=self.edges)
        folder.mkdir(exist_ok=True)
        self.board = Board(folder, build(), build_board(), self.world, hal=hal, heap_bytes=200_000)
        self.configure(**settings)

    def configure(self, **settings):
        text = json.dumps(SETTINGS | settings)
        (self.board.flash / "config.json").write_text(text)

    def wake_until(self, s, cause="power_on", fuse=0, scripts=("boot.py", "main.py")):
        """One wake, ended at that second of the world unless it ends before."""
        self.world.ends_us = s * S
        ending = self.board.wake(cause, fuse=fuse, scripts=scripts)
        self.world.ends_us = None
        return ending

    def stored(self):
        """What the journal holds."""
        return Meter.from_dump(self.board.run(build_board() / "dump.py"))

    def counted(self, script):
        """What retained memory holds."""
        (path,) = script(
            "from firmware.hal.power import Power\n"
            "from firmware.storage.state import RetainedState\n"
            "print(RetainedState(Power(0, '')).load().pulses)\n"
        )
        return int(self.board.run(path))

    def closings(self, begin_us, end_us):
        """Falling edges of the line from begin_us to end_us."""
        return sum(1 for t_us, level in self.edges if not level and begin_us < t_us <= end_us)


@pytest.fixture
def script(tmp_path):
    def write(text):
        path = tmp_path / "script.py"
        path.write_text(text)
        return (str(path),)

    return write


@pytest.mark.parametrize("hal", ["ports", "chip"])
def test_the_recorded_turbine(recordings, tmp_path, hal):
    edges = read_edges(recordings / "hall_edges_yfs201.csv.gz")
    truth = json.loads((recordings / "expected.json").read_text())["edges"]
    pulses = truth["hall_edges_yfs201.csv.gz"]["true_pulses"]
    meter = HallMeter(tmp_path, ((LATE_US + t_us, level) for t_us, level in edges), hal)
    assert meter.wake_until(425).kind == "over"
    stored = meter.stored()
    assert stored.pulses == pulses == 17_733
    assert stored.readings[stored.next_seq - 1].odometer_ml == pulses * 1000 // 450
    assert not any(reading.flags & COUNTER_FAULT for reading in stored.readings.values())


def test_450_hz_over_the_limit_of_the_hardware_and_over_16_bits(tmp_path):
    meter = HallMeter(tmp_path, stream(450, 72_000))
    assert meter.wake_until(185).kind == "over"
    assert meter.stored().pulses == 72_000 > 0x10000 > 2 * 32_000


def test_a_meter_that_looks_seldom_misses_no_wrap(tmp_path, script):
    """A report may take a minute: the interrupts of the hardware go on."""
    meter = HallMeter(tmp_path, stream(3000, 300_000))
    ending = meter.wake_until(
        1000,
        scripts=script(
            "from firmware.app import open_counter\n"
            "from firmware.config import Config\n"
            "from firmware.hal.clock import Clock\n"
            "counter = open_counter(Config({'pulse_sensor': 'hall'}))\n"
            "counter.start()\n"
            "Clock().sleep_ms(200000)\n"
            "print(counter.read().forward)\n"
        ),
    )
    assert ending.kind == "prompt" and meter.board.console_end(1) == "300000"


# Run behind other lines: the counter of app.py, and a look at it after the water has passed.
_COUNT = """
from firmware.app import open_counter
from firmware.config import Config
from firmware.hal.clock import Clock
import machine
config = Config({"pulse_sensor": "hall"})
counter = open_counter(config)
"""


def test_32_bits_of_the_count_wrap_without_a_step(tmp_path, script):
    meter = HallMeter(tmp_path, stream(450, 5000))
    lines = script(
        _COUNT
        + """
from firmware.counting import Counting
from firmware.storage.state import State
class Retained:
    def save(self, state):
        pass
state = State()
counting = Counting(open_counter)
counting.start(state, config, "power_on", True, Retained())
state.count = (1 << 32) - 1000
machine.Counter(0).value(state.count)
for _ in range(15):
    Clock().sleep_ms(1000)
    counting.take(state, config)
print(state.pulses, state.count)
"""
    )
    assert meter.wake_until(60, scripts=lines).kind == "prompt"
    assert meter.board.console_end(1) == "5000 4000"


@pytest.mark.parametrize(("width_us", "counted"), [(1, 0), (5, 0), (12, 0), (13, 100), (50, 100)])
@pytest.mark.parametrize("is_active", [False, True])
def test_what_is_shorter_than_the_filter_does_not_count(
    tmp_path, script, width_us, counted, is_active
):
    """Spikes on a line that rests at 1, and on one that became active, a pulse, before them."""
    edges = [(2 * S, 0)] if is_active else []
    for n in range(100):
        begin_us = LATE_US + n * 2000
        edges += [(begin_us, int(is_active)), (begin_us + width_us, int(not is_active))]
    meter = HallMeter(tmp_path, edges)
    lines = script(_COUNT + "counter.start()\nClock().sleep_ms(9000)\nprint(counter.read()[0])\n")
    assert meter.wake_until(60, scripts=lines).kind == "prompt"
    assert meter.board.console_end(1) == str(counted + is_active)


def test_the_counter_of_the_chip_is_as_documented(tmp_path, script):
    meter = HallMeter(tmp_path, stream(1000, 40_000))
    lines = script(
        """
import time
from machine import Counter, Pin
pin = Pin(32, Pin.IN)
counter = Counter(0, pin, edge=Counter.FALLING, filter_ns=12800)
time.sleep_ms(50000)
assert Counter(0) is counter and counter.value() == 40000  # the running one
assert counter.value(7) == 40000 and counter.value() == 7
assert Counter(0, pin, edge=Counter.FALLING) is counter and counter.value() == 0
assert Counter(1, pin) is not counter
counter.deinit()
for wrong in (counter.value, lambda: Counter(8, pin), lambda: Counter(0, pin, filter=1)):
    try:
        wrong()
    except (RuntimeError, ValueError, TypeError):
        continue
    raise AssertionError(wrong)
print("documented")
"""
    )
    meter.wake_until(100, scripts=lines)
    assert meter.board.console_end(1) == "documented"


def test_nothing_is_counted_before_the_start_and_while_the_chip_boots(tmp_path, script):
    meter = HallMeter(tmp_path, stream(100, 1000, begin_us=0))
    lines = script(_COUNT + "counter.start()\nprint(counter.read()[0])\nClock().sleep_ms(1000)\n"
                   "print(counter.read()[0])\n")  # fmt: skip
    for cause in ("power_on", "reset", "watchdog", "timer"):
        meter.wake_until(60, cause, scripts=lines)
        first, second = map(int, meter.board.console_end(2).split())
        assert first == 0 and 99 <= second <= 101, cause


def _crossings_in(folder, s):
    meter = HallMeter(folder, stream(450, 60_000))
    return meter.wake_until(s).crossings


def test_a_reset_costs_at_most_what_came_since_the_last_second(tmp_path):
    pulses, hz = 60_000, 450
    crossings = _crossings_in(tmp_path / "whole", 100)
    assert crossings > 500
    for number, fuse in enumerate(sorted(Random(1).sample(range(80, crossings), 12))):
        meter = HallMeter(tmp_path / str(number), stream(hz, pulses))
        assert meter.wake_until(120, fuse=fuse).kind == "reset"
        reset_us = meter.world.now_us
        assert meter.wake_until(185, "reset").kind == "over"
        again_us = meter.world.units[0].begin_us
        stored = meter.stored()
        lost = pulses - stored.pulses
        booting = meter.closings(reset_us, again_us)
        assert booting <= lost <= booting + hz * 1.1, (fuse, reset_us, lost, booting)
        flags = [r.flags & COUNTER_FAULT for r in stored.readings.values()]
        assert any(flags), fuse
        assert booting < hz  # of a boot that nobody waits for


def test_resets_one_after_the_other_count_no_pulse_twice(tmp_path, script):
    hz, resets, seen = 450, 0, 0
    meter = HallMeter(tmp_path, stream(hz, 60_000))
    random, cause = Random(2), "power_on"
    while meter.world.now_us < 120 * S:
        meter.wake_until(125, cause, fuse=random.randrange(1, 200))
        resets, cause = resets + 1, "reset"
        if meter.world.units:
            seen += meter.closings(meter.world.units[0].begin_us, meter.world.now_us)
    assert seen - resets * hz * 1.1 <= meter.counted(script) <= seen
    assert resets > 10


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
        "import machine\nfrom firmware.hal import chip\ndel machine.Counter\n"
        "chip.image_version = lambda: (1, 25, 0)\n" + _MAIN
    )
    _records_without_counting(meter, lines)
    said = meter.board.console_end()
    assert "needs machine.Counter of MicroPython 1.26.1 or newer; this image is 1.25.0\n" in said


def test_a_chip_without_a_pulse_counter_is_named(tmp_path, script):
    meter = HallMeter(tmp_path, ())
    lines = script(
        "import machine\nfrom firmware.hal import chip\ndel machine.Counter\n"
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
        "import sys\nfrom firmware.hal import chip\nchip.name = lambda: 'ESP32S3'\n" + _COUNT
        + "counter.start()\nClock().sleep_ms(20000)\n"
        "print(counter.read()[0], 'firmware.hal.rtc' in sys.modules)\n"
    )  # fmt: skip
    meter.wake_until(60, scripts=lines)
    assert meter.board.console_end(1) == "3000 False"


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


@pytest.mark.parametrize("outages_s", [(), ((0, 5000),), ((5000, 3000),)])
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
