"""Promise: the simulated board sleeps, counts and calibrates on a slow clock as an ESP32 does."""

import math
from array import array

import pytest

from reeds import closings
from rill.board_process import Board
from rill.image import build, build_board
from rill.slow_clock import SlowClock
from rill.world import World

_HOUR_MS = 3_600_000
_BEGIN = """
from firmware.sensor import open_counter
from firmware.config import parse
counter = open_counter(parse(b"{}"))
counter.start()
"""
_LOOK = """
import time
from firmware.hal.clock import Clock
clock = Clock()
print("look", int(time.time()), *clock.slow())
"""
_SLEEP = _BEGIN + "from firmware.hal.power import Power\nPower(0, '').deep_sleep_ms(3600000)\n"
_TIMEKEEPING = """
from firmware.core.timekeeping import Timekeeping
from firmware.hal.clock import Clock
from firmware.hal.power import Power
from firmware.hal.wifi import WiFi
power, time = Power(0, ""), Timekeeping()
if power.cause() != "power_on":
    time.unpack(power.retained_read()[: len(time.pack())])
assert time.look(*Clock().slow())
off_s = time.now_s() - WiFi("", "").network_time_s()
print("now", off_s, time.uncertainty_s(), end=" ")
if {syncs}:
    print(time.sync(WiFi("", "").network_time_s()), end="")
print()
power.retained_write(time.pack())
power.deep_sleep_ms(time.sleep_ms(3600000))
"""


def _board(tmp_path, clock, hal, edges=()):
    world = World(array("q"), slow_clock=clock, edges=edges)
    return world, Board(tmp_path, build(), build_board(), world, hal=hal)


def _look(board, script):
    ending = board.wake("timer", scripts=script(_LOOK))
    assert ending.kind == "prompt", board.console_end()
    return [int(value) for value in board.console_end(1).split()[1:]]


@pytest.mark.parametrize("hal", ["ports", "chip"])
@pytest.mark.parametrize("constant", [-5, 5])
def test_a_sleep_is_as_long_as_the_slow_clock_says(tmp_path, script, hal, constant):
    """With the constant part hidden: 5 % faster is 1/21 too short, and the RTC doesn't notice."""
    clock = SlowClock(constant_percent=constant, hidden_percent=constant)
    world, board = _board(tmp_path, clock, hal)
    uptime_s, ticks, calibration = _look(board, script)
    assert calibration == pytest.approx((1 << 19) / 0.15, rel=1e-6)
    began_us = world.now_us
    ending = board.wake("timer", scripts=script(_SLEEP))
    wakes_us = world.wakes_us(ending.sleep_ms)
    slept_s = (wakes_us - world.now_us) / 1e6
    assert slept_s == pytest.approx(3600 / (1 + constant / 100), rel=1e-6)
    world.sleep_until(wakes_us)
    later_s, later, _ = _look(board, script)
    awake_s = (world.now_us - began_us) / 1e6 - slept_s
    assert later_s - uptime_s == pytest.approx(3600 + awake_s, abs=1.5)
    hz = 150_000 * (1 + constant / 100)
    assert later - ticks == pytest.approx((world.now_us - began_us) * hz / 1e6, abs=100)


def test_each_boot_measures_the_clock_of_its_hour(tmp_path, script):
    """A cycle of 0.5 % is at its highest after six hours and at its lowest after eighteen."""
    world, board = _board(tmp_path, SlowClock(constant_percent=2, daily_percent=0.5), "chip")
    found = []
    for hour in (0, 6, 18):
        world.sleep_until(hour * _HOUR_MS * 1000)
        found.append((1 << 19) * 1e6 / _look(board, script)[2])
    expected = [153_000, 153_000 * 1.005, 153_000 * 0.995]
    assert found == pytest.approx(expected, rel=1e-4)


def test_slow_time_and_true_time_are_inverse():
    clock = SlowClock(-5, 0.5, phase=1.2)
    for hour in range(0, 9000, 37):
        us = hour * 3.6e9 + 12345
        assert clock.true_us(clock.slow_us(us)) == pytest.approx(us, abs=2)
    assert math.isclose(SlowClock(3).slow_us(100), 103)


def test_the_coprocessor_counts_the_same_closings_on_a_drifting_clock(tmp_path, script):
    """They come at their true times, also while the chip sleeps."""
    edges = closings(*((2000 + 3000 * n, 2300 + 3000 * n) for n in range(100)))
    world, board = _board(tmp_path, SlowClock(-5, 0.5), "chip", edges=edges)
    board.wake("power_on", scripts=script(_SLEEP))
    world.sleep_until(2_500_000 + 3_000_000 * 49)
    assert world.coprocessor.wide("forward") == 50
    world.sleep_until(world.now_us + 1_000_000_000)
    assert world.coprocessor.wide("forward") == 100


def test_without_a_slow_clock_nothing_drifts(tmp_path, script):
    world, board = _board(tmp_path, None, "chip")
    board.wake("power_on", scripts=script(_SLEEP))
    assert world.wakes_us(_HOUR_MS) == world.now_us + 3_600_000_000


@pytest.mark.parametrize("hidden", [0, 4])
def test_the_meter_s_time_is_right_on_a_whole_board(tmp_path, script, hidden):
    """Hourly wakes, two syncs in the first day, and then a day without: within a few seconds."""
    clock = SlowClock(4, 0.5, phase=2, hidden_percent=hidden)
    world, board = _board(tmp_path, clock, "ports")
    cause = "power_on"
    for hour in range(49):
        ending = board.wake(cause, scripts=script(_TIMEKEEPING.format(syncs=hour in (1, 25))))
        assert ending.kind == "sleep", board.console_end()
        said = [int(value) for value in board.console_end(1).split()[1:]]
        if hour > 1:
            assert abs(said[0]) <= said[1] + 1
        if hour > 25:
            assert abs(said[0]) <= 3
        began_us = world.now_us
        world.sleep_until(world.wakes_us(ending.sleep_ms))
        if hour > 25:
            assert (world.now_us - began_us) / 1e6 == pytest.approx(3600, abs=1.5)
        cause = "timer"


def test_another_chip_counts_the_seconds_of_its_image(tmp_path, script):
    """It has no slow clock at those addresses."""
    _, board = _board(tmp_path, None, "chip")
    other = "from firmware.hal import chip\nchip.name = lambda: 'ESP32S3'\n" + _LOOK
    board.wake("timer", scripts=script(other + "clock.sleep_ms(5000)\nprint(*clock.slow())\n"))
    (_, _, before, calibration), (after, _) = (
        line.split() for line in board.console_end(2).splitlines()
    )
    assert int(calibration) == 1 << 19
    assert 5_000_000 <= int(after) - int(before) <= 6_000_000
