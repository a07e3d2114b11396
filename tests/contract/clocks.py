"""The contract of the ports (firmware/hal/__init__.py) of time, sleep and the watchdog.

MicroPython functions: tests/host/test_contract.py runs every one of them on the simulated board,
once with the board's own ports and once with the flashed hal over fake chip modules.
"""

from board import board

TICKS = 1 << 30


def test_clock_ticks_wrap_at_2_to_the_30():
    from firmware.hal.clock import Clock

    clock = Clock()
    wraps = 0
    last = clock.ticks_us()
    for _ in range(12):
        clock.sleep_ms(100_000)
        now = clock.ticks_us()
        assert 0 <= now < TICKS and 0 <= clock.ticks_ms() < TICKS
        wraps += now < last
        last = now
    assert wraps == 1, wraps  # 1200 s are 1.1 periods of 2**30 us


def test_clock_elapsed_is_right_across_a_wrap_and_for_days():
    from firmware.hal.clock import Clock

    clock = Clock()
    for wait_ms in (1, 1000, 86_400_000, 7 * 86_400_000, 12 * 86_400_000):
        began = clock.ticks_ms()
        clock.sleep_ms(wait_ms)
        assert wait_ms <= clock.elapsed_ms(began) <= wait_ms + 10, wait_ms


def test_clock_that_is_set_goes_on():
    import time

    from firmware.hal.clock import Clock

    clock = Clock()
    for epoch_s in (1767225600, 1772323199, 1772323200, 1835481599, 1835481600, 4102444799):
        clock.set_epoch_s(epoch_s)
        assert 0 <= time.time() + 946684800 - epoch_s <= 1, (epoch_s, time.time())
        clock.sleep_ms(3000)
        assert 3 <= time.time() + 946684800 - epoch_s <= 4


def test_clock_has_a_slow_count_that_sets_and_resets_leave_alone():
    from firmware.hal.clock import Clock

    clock = Clock()
    before, calibration = clock.slow()
    assert 0 <= before < 1 << 48 and 0 < calibration < 1 << 32, (before, calibration)
    for wait_ms in (1000, 60_000, 86_400_000):
        clock.sleep_ms(wait_ms)
        clock.set_epoch_s(1767225600 + wait_ms)
        after, now = Clock().slow()
        waited_ms = ((after - before) * calibration >> 19) // 1000
        # 2**19 / 0.15 is no integer: 0.1 ppm.
        assert abs(waited_ms - wait_ms) <= 10 + wait_ms // 5_000_000, (wait_ms, waited_ms)
        assert now == calibration
        before = after


def test_dozing_takes_its_time_and_leaves_the_calibration_alone():
    from firmware.hal.clock import Clock
    from firmware.hal.dozing import doze_ms
    from firmware.hal.power import Power
    from firmware.hal.serial import Serial

    clock, serial = Clock(), Serial(1, 9600, 17, 16)
    power, calibration = Power(0, ""), clock.slow()[1]
    assert power.dozed_ms == 0
    power.watchdog_ms(5000)
    power.feed()
    began = clock.ticks_ms()
    serial.write(b"AT")
    assert 1500 <= doze_ms(serial, 1500) <= 1510
    assert 1500 <= clock.elapsed_ms(began) <= 1510
    assert clock.slow()[1] == calibration


def test_power_refuses_a_sleep_of_nothing():
    from firmware.hal.power import Power

    for wrong in (0, -1, 1 << 31):
        try:
            Power(board.BUTTON_PIN, board.ULP_MEASURE).deep_sleep_ms(wrong)
        except ValueError:
            continue
        raise AssertionError("deep sleep of %d ms" % wrong)


def test_feeding_keeps_the_watchdog_away():
    from firmware.hal.clock import Clock
    from firmware.hal.power import Power

    power = Power(board.BUTTON_PIN, board.ULP_MEASURE)
    power.feed()
    power.watchdog_ms(5000)
    for _ in range(5):
        Clock().sleep_ms(4000)
        power.feed()
