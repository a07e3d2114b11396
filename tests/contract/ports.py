"""The contract of each port (firmware/hal/__init__.py), as MicroPython functions.

tests/host/test_contract.py runs every one of them on the simulated board, once with the
board's own ports and once with the flashed hal over fake chip modules.
"""

import errno

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


def _opened_counter(sensor, **more):
    from firmware.config import checked
    from firmware.sensor import open_counter

    return open_counter(checked(dict(pulse_sensor=sensor, **more)))


def _counter_counts(sensor):
    """The part of the contract that is the same for every counter. Its water: a pulse a second."""
    from firmware.hal.clock import Clock

    counter = _opened_counter(sensor)
    assert counter.start(fresh=True) is True
    first = counter.read()
    assert first.forward <= 1
    Clock().sleep_ms(60_000)
    second = counter.read()
    assert 59 <= second.forward - first.forward <= 61, (first, second)
    assert counter.start() is False and counter.start(keep_any=True) is False  # it counts
    counter.commit(second.forward)
    counter.heed(second)
    counter.allow(12, 0)
    counter.allow(None, 1)
    counter.hush()
    counter.prepare_sleep()
    third = counter.read()
    assert second.forward <= third.forward <= second.forward + 1, (second, third)
    Clock().sleep_ms(10_000)
    fourth = counter.read()
    assert 9 <= fourth.forward - third.forward <= 11, (third, fourth)
    _check_counts(second)
    _check_counts(fourth)
    _check_recent(counter.recent())
    return fourth


def _check_recent(recent):
    """A pulse a second: the newest came a moment ago, none before the one that was seen first."""
    ages_s = recent.ages_s
    assert 1 <= len(ages_s) <= 34 and 0 <= ages_s[0] <= 2, recent
    assert ages_s == sorted(ages_s) and ages_s[-1] <= 80, recent
    assert 0 <= recent.bursts < 1 << 16, recent
    assert recent.burst_age_s is None or 0 <= recent.burst_age_s <= 80, recent


def _check_counts(counts):
    for name in ("forward", "reverse", "illegal", "rejected"):
        assert 0 <= getattr(counts, name) < 1 << 32, counts
    for name in ("chatters", "overrates", "bursts", "requests", "used"):
        assert 0 <= getattr(counts, name) < 1 << 16, counts
    assert counts.reverse == counts.illegal == 0  # one line has no direction
    if counts.ticks is not None:
        assert 0 <= counts.paced_ticks < 1 << 32
        assert 0 < counts.last_ticks <= counts.ticks < 1 << 48, counts


def test_counter_of_a_reed():
    last = _counter_counts("reed")
    again = _opened_counter("reed")
    assert again.stays_awake is False and last.ticks is not None
    assert again.start() is False  # a reset ended nothing
    assert last.forward <= again.read().forward <= last.forward + 1
    recent = again.recent()
    program = recent.program
    # 3600 L/h: the ring holds 34 pulses of 0.44 s at the coarsest, and a burst is on.
    assert len(recent.ages_s) == 34 and 32 <= recent.ages_s[-1] <= 35, recent
    assert recent.ages_s[-1] <= recent.burst_age_s and recent.bursts == 1, recent
    assert again.start(fresh=True) is True
    assert again.read().forward <= 1
    assert len(again.recent().ages_s) <= 1  # what the ring holds is of an earlier life
    other = _opened_counter("reed", burst_s=200)
    assert other.start() is False and other.recent().program != program


def test_counter_of_a_hall_sensor():
    last = _counter_counts("hall")
    again = _opened_counter("hall")
    assert again.stays_awake is True and last.ticks is None
    assert again.start() is True  # each boot begins at zero
    assert again.read().forward <= 1


def test_adc_reads_microvolts_of_adc1_only():
    from firmware.hal.adc import ADC

    value = ADC(board.BATTERY_PIN).read_uv()
    assert isinstance(value, int) and 0 <= value <= 3_300_000
    for pin in (0, 4, 25, 31, 40):
        try:
            ADC(pin)
        except ValueError:
            continue
        raise AssertionError("ADC2 or no ADC at pin %d was taken" % pin)


def test_serial_never_waits_and_loses_nothing():
    from firmware.hal.serial import Serial

    serial = Serial(1, 9600, 17, 16)
    buffer = bytearray(16)
    assert serial.any() == 0
    assert serial.readinto(buffer) == 0
    sent = bytes(range(256))
    serial.write(sent)
    assert serial.any() == 256
    received = b""
    while True:
        n = serial.readinto(buffer)
        if not n:
            break
        received += buffer[:n]
    assert received == sent
    serial.write(memoryview(b"view"))
    assert serial.readinto(buffer) == 4 and buffer[:4] == b"view"


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


def test_line_starts_off_and_hides_its_polarity():
    from firmware.hal.line import Line

    for active_low in (False, True):
        line = Line(25, active_low=active_low)
        assert not line.is_on()
        line.on()
        assert line.is_on()
        line.off()
        assert not line.is_on()


def test_contact_is_closed_only_when_its_switch_is():
    from firmware.hal.line import Contact

    # Of the simulated board: no magnet is there, and the case is closed.
    for pin, is_closed in ((18, False), (19, True)):
        contact = Contact(pin)
        for _ in range(2):
            contact.on()
            assert contact.is_closed() is is_closed
            contact.off()


def test_files_are_durable_and_replaced_as_a_whole():
    from firmware.hal.files import Files
    from firmware.hal.flash import journal_device
    from firmware.hal.mounting import mount

    mount(journal_device(), "/journal")
    files = Files("/journal")
    buffer = bytearray(8)
    assert list(files.names()) == [] and files.size("a") is None
    files.append("a", b"123")
    files.append("a", memoryview(b"45"))
    assert files.size("a") == 5
    assert files.read("a", 1, buffer) == 4 and buffer[:4] == b"2345"
    assert files.read("a", 5, buffer) == 0
    files.replace("a", b"new")
    assert files.size("a") == 3 and list(files.names()) == ["a"]
    assert 0 < files.free_bytes() < files.capacity_bytes() <= 1536 * 1024
    assert files.read_end("a", buffer) == 3 and buffer[:3] == b"new"
    assert files.read_end("b", buffer) is None
    folder = files.folder("in")
    folder.make()
    folder.make()
    assert list(folder.names()) == [] and list(folder.sizes()) == []
    folder.append("long", b"0123456789")
    assert folder.read_end("long", buffer) == 10 and buffer == b"23456789"
    assert list(folder.sizes()) == [("long", 10)]
    folder.move("long", files)
    assert list(folder.names()) == [] and sorted(files.names()) == ["a", "long"]
    files.remove("long")
    files.remove("a")
    for call in (lambda: files.read("a", 0, buffer), lambda: files.remove("a")):
        try:
            call()
        except OSError as error:
            assert error.errno == errno.ENOENT
        else:
            raise AssertionError("a file that is not there was found")


def test_non_volatile_storage_keeps_what_was_written_last():
    from firmware.hal.nvs import Nvs

    nvs = Nvs()
    assert nvs.read("a") is None
    nvs.write("a", b"first")
    nvs.write("b", bytes(256))
    nvs.write("a", b"second")
    assert Nvs().read("a") == b"second" and Nvs().read("b") == bytes(256)


def test_power_keeps_2048_bytes_and_knows_its_cause():
    from firmware.hal.power import Power

    power = Power(board.BUTTON_PIN, board.ULP_MEASURE)
    assert power.cause() == "power_on" and power.was_brown_out() is False
    assert power.retained_read() is not None  # anything at all after power-on
    content = bytes(range(256)) * 8
    power.retained_write(content)
    assert bytes(power.retained_read()) == content
    try:
        power.retained_write(bytes(2049))
    except ValueError:
        pass
    else:
        raise AssertionError("2049 bytes were taken")
    assert len(power.unique_id()) >= 6


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


def test_wifi_joins_and_knows_the_time():
    from firmware.hal.wifi import WiFi

    wifi = WiFi("bench", "")
    wifi.up(1000)
    assert 1767225600 <= wifi.network_time_s() < 1767225600 + 86400
    wifi.down()


def test_ppp_joins_and_knows_the_time():
    import machine

    from firmware.hal.ppp import Ppp

    uart = machine.UART(1, 115200, tx=machine.Pin(17), rx=machine.Pin(16), timeout=0, rxbuf=1024)
    uart.dialled = True
    for _ in range(2):
        ppp = Ppp(uart)
        ppp.down()
        ppp.up(5000)
        assert 1767225600 <= ppp.network_time_s() < 1767225600 + 86400
        ppp.down()
        uart.write(b"AT")  # which takes commands again


def test_onewire_answers_with_the_register_of_a_thermometer():
    from firmware.hal.line import Line
    from firmware.hal.onewire import OneWire

    assert not OneWire(4).reset()  # nobody is there
    bus = OneWire(27)
    assert not bus.reset()  # without power
    Line(14).on()
    assert bus.reset() is True
    bus.write(b"\xcc\xbe")
    register = bytearray(9)
    bus.readinto(register)
    assert register[0] == 0x50 and register[1] == 0x05  # 85 degrees: nothing was converted
    assert register[7] == 0x10
