"""Promise: a Hall sensor of 300 Hz and more is counted exactly while the meter is awake, over
every wrap; a reset costs at most what came since the last second, in a report since its begin.

The flashed firmware on the simulated board, whose PCNT (tools/rill/pcnt.py) is driven by edges.
"""

import json
from random import Random

import pytest

from hall_meter import COUNT, COUNTER_FAULT, LATE_US, HallMeter, S, stream
from ulp_emulator import read_edges


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
            "from firmware.sensor import open_counter\n"
            "from firmware.config import checked\n"
            "from firmware.hal.clock import Clock\n"
            "counter = open_counter(checked({'pulse_sensor': 'hall'}))\n"
            "counter.start()\n"
            "Clock().sleep_ms(200000)\n"
            "print(counter.read().forward)\n"
        ),
    )
    assert ending.kind == "prompt" and meter.board.console_end(1) == "300000"


def test_32_bits_of_the_count_wrap_without_a_step(tmp_path, script):
    meter = HallMeter(tmp_path, stream(450, 5000))
    lines = script(
        COUNT
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
    lines = script(COUNT + "counter.start()\nClock().sleep_ms(9000)\nprint(counter.read()[0])\n")
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
    lines = script(COUNT + "counter.start()\nprint(counter.read()[0])\nClock().sleep_ms(1000)\n"
                   "print(counter.read()[0])\n")  # fmt: skip
    for cause in ("power_on", "reset", "watchdog", "timer"):
        meter.wake_until(60, cause, scripts=lines)
        first, second = map(int, meter.board.console_end(2).split())
        assert first == 0 and 99 <= second <= 101, cause


def _crossings_in(folder, s):
    meter = HallMeter(folder, stream(450, 60_000))
    return meter.wake_until(s).crossings


@pytest.mark.prove
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
