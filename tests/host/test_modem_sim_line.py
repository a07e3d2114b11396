"""Promise: the line to a simulated modem is no kinder than a real one: speeds, dozes, lost bytes,
commands that are wrong or several, and PPP.
"""

from array import array
from random import Random

import pytest

from modem_host import Host
from rill.board_process import Board
from rill.image import build, build_board
from rill.modem.wire import Wire
from rill.world import World


def test_wrong_commands_are_refused():
    host = Host("bg95")
    host.start()
    assert host.at("+CEREG=6", "\r\n", 2.0) + host.wait(0.3) == "\r\n+CME ERROR: 50\r\n"
    assert "ERROR" in host.at("+NOTHING", "ERROR\r\n")
    host.at("+CMEE=0")
    assert host.at("+CEREG=6", "ERROR\r\n") == "\r\nERROR\r\n"
    host.at("+CMEE=2")
    assert "+CME ERROR: Incorrect parameters" in host.at("+CEREG=x", "meters\r\n")


def test_several_commands_in_a_line():
    host = Host("bc66")
    host.attach()
    assert host.at("+CEREG=1;+CEREG?") == "\r\n+CEREG: 1,1\r\n\r\nOK\r\n"
    host = Host("bc95")
    host.attach()
    said = host.at("+CEREG=1;+CEREG?") + host.wait(0.5)
    assert said == "\r\nOK\r\n\r\n+CEREG:1,1\r\n\r\nOK\r\n"


def test_another_speed_is_noise():
    host = Host("sim7080")
    host.start()
    host.modem.open(9600, host.now_us)
    host.send(b"AT\r")
    assert "OK" not in host.wait(1.0)
    host.modem.open(115200, host.now_us)
    host.send(b"\r")
    host.at("+IPR=9600")
    host.modem.open(9600, host.now_us)
    assert "OK" in host.at("")


def test_a_host_that_does_not_read_loses_bytes():
    host = Host("bc95")
    host.start()
    host.heard = b""
    for _ in range(10):
        host.send(b"AT+NUESTATS\r")
        host.now_us += 1_000_000
    assert host.modem.any(host.now_us) == 1024
    assert host.modem.numbers(host.now_us)["overrun_bytes"] > 1000


def test_ppp_takes_the_line_until_three_pluses():
    host = Host("bg95")
    host.attach()
    host.at("D*99#", "CONNECT\r\n")
    host.send(b"~\xff}#\xc0!AT\r")
    assert host.wait(2.0) == ""
    host.send(b"+++")
    host.until("OK\r\n")
    host.at("")


_SCRIPT = """
import time
from firmware.hal.line import Line
from firmware.hal.serial import Serial

Line(27, False).on()
key = Line(25, False)
key.on()
time.sleep_ms(1200)
key.off()
time.sleep_ms(6000)
serial = Serial(1, 115200, 17, 16)
serial.write(b"AT+CGMM\\r")
time.sleep_ms(300)
buffer = bytearray(200)
print(bytes(buffer[: serial.readinto(buffer)]))
"""


@pytest.mark.parametrize("hal", ["ports", "chip"])
def test_the_board_s_first_uart_is_the_modem_s(tmp_path, hal):
    modem = Host("sim7080", has_supply_pin=True).modem
    script = tmp_path / "script.py"
    script.write_text(_SCRIPT)
    world = World(array("q"), modem=modem)
    board = Board(tmp_path, build(), build_board(), world, hal=hal)
    board.wake("power_on", scripts=(str(script),))
    assert "AT+CGMM" in board.console_end(1) and "SIMCOM_SIM7080G" in board.console_end(1)
    assert modem.numbers(world.now_us)["power_ons"] == 1


@pytest.mark.parametrize("lost", range(14))
def test_what_is_said_while_the_host_dozes_is_lost_and_the_line_under_way_broken(lost):
    wire, line = Wire(9600, Random(3), pieces=0.0), b"\r\n+CEREG:5\r\n"
    wire.say(b"heard before", 0)
    began_us = wire.free_us()
    wire.deaf(True, began_us)
    wire.say(line, began_us)
    end_us = began_us + wire.byte_us(lost)
    wire.deaf(False, end_us)
    wire.say(b"heard behind", wire.free_us())
    wire.deaf(False, end_us)  # it was awake already
    heard = wire.read(99, wire.free_us())
    assert heard.startswith(b"heard before") and heard.endswith(b"heard behind")
    rest = heard[12:-12]
    assert len(rest) == max(0, len(line) - lost) and rest[1:] == line[lost:][1:]
    is_broken = bool(lost) and line[:lost][-1] != 10 and lost < len(line)
    assert (rest[:1] != line[lost:][:1]) == is_broken
    assert (wire.dozes, wire.lost_bytes) == (1, min(lost, len(line)))
