"""The contract of the ports (firmware/hal/__init__.py) of keeping bytes.

MicroPython functions: tests/host/test_contract.py runs every one of them on the simulated board,
once with the board's own ports and once with the flashed hal over fake chip modules.
"""

import errno

from board import board


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
