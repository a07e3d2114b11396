"""The contract of the ports (firmware/hal/__init__.py) of pins and of what is at them.

MicroPython functions: tests/host/test_contract.py runs every one of them on the simulated board,
once with the board's own ports and once with the flashed hal over fake chip modules.
"""

from board import board


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
