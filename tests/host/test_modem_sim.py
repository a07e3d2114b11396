"""Promise: the simulated modems do what real ones do, so that a driver proves itself on them."""

from array import array
from random import Random

import pytest

from modem_host import HOST, Host, Server
from modem_talk import exchange, open_socket, tolerant_session
from rill.board_process import Board
from rill.image import build, build_board
from rill.modem import sockets
from rill.modem.faults import CHANCES, FAULTS, WINDOWS, Faults
from rill.modem.models import MODELS
from rill.modem.wire import Wire
from rill.world import World

_DAY_US = 86_400_000_000
_KEYED = [name for name, model in MODELS.items() if model.key_off_ms]


@pytest.fixture
def impatient(monkeypatch):
    """Where nothing depends on what the server answers."""
    monkeypatch.setattr(sockets, "_REAL_WAIT_S", 0.02)
    monkeypatch.setattr(sockets, "_COMPANION_S", 0.0)


@pytest.mark.parametrize("model", MODELS)
def test_bytes_reach_a_server_and_come_back(model):
    with Server(lambda data: data[::-1]) as server:
        host = Host(model, server)
        host.attach()
        data = b"OK\r\nERROR\r\n> \x00\x1a"
        assert exchange(host, data) == data[::-1]
        assert server.received == data
    numbers = host.modem.numbers(host.now_us)
    assert (numbers["bytes_up"], numbers["bytes_down"]) == (15, 15)
    assert (numbers["sends"], numbers["bursts"], numbers["sockets_opened"]) == (1, 1, 1)
    assert numbers["sessions"][0][:3] == (15, 15, 1)
    assert 2 < numbers["joules"] < 15


@pytest.mark.parametrize("model", MODELS)
def test_the_same_seed_gives_the_same_bytes_at_the_same_time(model):
    told = []
    for _ in range(2):
        with Server() as server:
            host = Host(model, server)
            told.append((host.attach(), exchange(host, b"x"), host.now_us))
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("model", "closed", "left"),
    [
        ("bc95", "+NSOCLI:1", b"last"),
        ("bc66", '+QIURC: "closed",0', b"last"),
        ("bg95", '+QIURC: "closed",0', b"last"),
        ("sim7020", "+CSOERR: 0,-1", b"last"),
        ("sim7080", "+CASTATE: 0,0", b""),  # what was not read is gone
    ],
)
def test_the_other_side_closes(model, closed, left):
    with Server(lambda data: b"last") as server:
        host = Host(model, server, faults=("fin_with_unread",), chances={"fin_with_unread": 1})
        host.attach()
        assert exchange(host, b"x", until=closed) == left


@pytest.mark.parametrize("model", MODELS)
def test_power_saving_keeps_the_registration(model):
    host = Host(model)
    host.attach()
    host.at('+CPSMS=1,,,"00100110","00000001"')  # 6 h, 2 s
    host.wait(30.0)
    assert host.modem.power == "psm"
    host.now_us += 3600 * 1_000_000
    if host.modem.model.wakes_by_uart:
        host.send(b"AT\r")  # lost
        host.wait(0.3)
    else:
        host.send(b"AT\r")
        assert host.wait(1.0) == ""
        host.press(host.modem.model.key_wake_ms / 1000 + 0.05)
        host.wait(4.0)
    assert host.at("+CEREG?").startswith("AT+CEREG?\r")  # the echo is on again, n is 0
    host.at("E0")
    assert "0,1" in host.at("+CEREG?")
    host.at("+CEREG=4")
    assert "00000001" in host.at("+CEREG?") and "00100110" in host.at("+CEREG?")
    numbers = host.modem.numbers(host.now_us)
    assert (numbers["attaches"], numbers["psm_entries"], numbers["taus"]) == (1, 1, 1)
    assert 3580 < numbers["psm_s"] < 3620


def test_a_sleeping_modem_updates_its_area_by_itself():
    host = Host("bc66")
    host.attach()
    host.at('+CPSMS=1,,,"00100001","00000001"')
    host.now_us += 10 * 3600 * 1_000_000
    assert 9 <= host.modem.numbers(host.now_us)["taus"] <= 11
    assert host.modem.power == "psm"


def test_bc66_sleeps_only_when_it_may():
    host = Host("bc66")
    host.attach()
    host.at("+QSCLK=0")
    host.at('+CPSMS=1,,,"00100110","00000001"')
    host.wait(40.0)
    assert host.modem.power == "on"
    host.at("+QSCLK=1")
    host.wait(15.0)
    assert host.modem.power == "psm"


@pytest.mark.parametrize("model", _KEYED)
def test_a_long_press_while_awake_switches_off(model):
    host = Host(model)
    host.attach()
    host.send(b"AT")
    host.press(host.modem.model.key_off_ms / 1000 + 0.1)
    assert host.modem.model.off_text in host.wait(3.0)
    assert host.modem.power == "off"
    host.attach()
    assert host.modem.numbers(host.now_us)["attaches"] == 2


def test_without_its_supply_nothing_happens():
    host = Host("sim7080", has_supply_pin=True)
    host.press(1.5)
    assert host.modem.power == "off"
    host.modem.pin("supply", 1, host.now_us)
    host.attach()
    host.modem.pin("supply", 0, host.now_us)
    host.send(b"AT\r")
    assert host.wait(2.0) == ""


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


def test_coverage_comes_and_goes():
    there = [True]
    host = Host("bc66", has_coverage=lambda now_us: there[0])
    host.attach()
    host.at("+CEREG=1")
    there[0] = False
    assert "+CEREG: 2" in host.wait(1.0)
    assert "+CSQ: 99,99" in host.at("+CSQ")
    host.wait(90.0)
    there[0] = True
    assert "+CEREG: 1" in host.wait(60.0)


def test_early_release_saves_the_tail():
    spent = {}
    for early in (0, 1):
        with Server() as server:
            host = Host("bc66", server)
            host.attach()
            host.wait(30.0)
            before = host.modem.numbers(host.now_us)["radio_s"]["tail"]
            open_socket(host)
            host.at(f"+QNBIOTRAI={early}")
            exchange(host, b"x", is_open=True)
            host.wait(30.0)
            spent[early] = host.modem.numbers(host.now_us)["radio_s"]["tail"] - before
    assert spent[0] > 19 and spent[1] < 5


def test_silence_of_the_server_is_waited_for_once(monkeypatch, impatient):
    waits = []
    real = sockets.select.select

    def counted(r, w, x, seconds):
        waits.append(seconds)
        return real(r, w, x, seconds)

    monkeypatch.setattr(sockets.select, "select", counted)
    with Server(lambda data: b"y") as server:
        host = Host("bc66", server)
        host.attach()
        open_socket(host)
        waits.clear()
        host.wait(5.0)
        assert not any(waits)
        server.is_silent = True
        host.at("+QISEND=0,1,x", "SEND OK\r\n")
        host.wait(30.0)
        assert sum(one > 0.01 for one in waits) == 1


def test_the_clock_is_wrong_until_the_network_tells():
    host = Host("bc66")
    host.start()
    host.at("+CFUN=0")
    assert "80/01/06" in host.at("+CCLK?")
    host.attach()
    assert f'"26/01/01,0{host.modem.clock.zone // 4}:' in host.at("+CCLK?")  # local
    host = Host("bc66", faults=("no_nitz",), chances={"no_nitz": 1})
    host.attach()
    assert "80/01/06" in host.at("+CCLK?")


def test_ppp_takes_the_line_until_three_pluses():
    host = Host("bg95")
    host.attach()
    host.at("D*99#", "CONNECT\r\n")
    host.send(b"~\xff}#\xc0!AT\r")
    assert host.wait(2.0) == ""
    host.send(b"+++")
    host.until("OK\r\n")
    host.at("")


@pytest.mark.parametrize("name", FAULTS)
def test_no_fault_breaks_the_simulation(name, impatient):
    for model in MODELS:
        with Server() as server:
            host = Host(model, server, faults=(name,), chances={name: 0.3})
            tolerant_session(host)
            numbers = host.modem.numbers(host.now_us)
            phases = sum(numbers["radio_s"].values()) + numbers["psm_s"] + numbers["off_s"]
            assert abs(phases - host.now_us / 1e6) < 1


def test_all_faults_at_once(impatient):
    for seed in range(3):
        for model in MODELS:
            with Server() as server:
                host = Host(model, server, seed=seed, faults=("all",))
                tolerant_session(host)


@pytest.mark.parametrize(
    ("model", "name", "command", "answer"),
    [
        ("bc66", "prompt_after_error", "+QISEND=0,3", "\r\nERROR\r\n"),
        ("bc66", "prompt_never", "+QISEND=0,3", ""),
        ("bg95", "send_fail", "+QISEND=0,1,x", "\r\nSEND FAIL\r\n"),
        ("bc95", "tiny_reads", "+NSORF=1,10", ""),
        ("sim7080", "no_answer", "+CSQ", ""),
        ("bc66", "csq_unknown", "+CSQ", "\r\n+CSQ: 99,99\r\n\r\nOK\r\n"),
    ],
)
def test_a_fault_does_what_it_says(model, name, command, answer):
    with Server() as server:
        host = Host(model, server, faults=(name,), chances={name: 0})
        host.attach()
        open_socket(host)
        host.wait(25.0)
        host.faults._chances[name] = 1
        host.send(f"AT{command}\r".encode())
        assert host.wait(3.0).replace("\r\nOK\r\n", "", answer == "") == answer


def test_faults_end_and_come_by_themselves():
    none, one = Faults((), 1, _DAY_US), Faults(("no_answer",), 1, _DAY_US, {"no_answer": 1})
    assert not none.hit("no_answer", 0)
    assert one.hit("no_answer", 0) and not one.hit("no_answer", _DAY_US)
    assert not one.hit("garbage", 0)
    with pytest.raises(ValueError, match="no fault is called"):
        Faults(("nothing",), 1, _DAY_US)
    for name in WINDOWS:
        faults = Faults((name,), 7, _DAY_US)
        begin_us, end_us = faults.windows(name)[0]
        assert 0 <= begin_us < end_us <= _DAY_US
        assert faults.holds(name, begin_us) and not faults.holds(name, _DAY_US)
    assert set(Faults(("all",), 1, _DAY_US).names) == set(CHANCES) | set(WINDOWS)


def test_a_denied_registration_names_its_cause():
    host = Host("sim7080", faults=("denied",))
    begin_us, end_us = host.faults.windows("denied")[0]
    host.now_us = begin_us
    host.start()
    host.wait(60.0)
    cause = host.at("+CEREG=5;+CEREG?").split("\r\n")[1]
    assert cause.startswith("+CEREG: 5,3,,,,0,")
    host.now_us = end_us
    host.wait(700.0)
    assert "+CEREG: 5,1" in host.at("+CEREG?")


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


def test_hosts_are_found_by_name_and_by_address():
    with Server() as server:
        host = Host("sim7080", server)
        host.attach()
        host.at("+CNACT=0,1", "ACTIVE\r\n")
        host.at(f'+CDNSGIP="{HOST}"')
        assert '"10.64.0.1"' in host.until('10.64.0.1"\r\n')
        assert "+CAOPEN: 0,0" in host.at('+CAOPEN=0,0,"TCP","10.64.0.1",1883')
        assert "+CAOPEN: 1,20" in host.at('+CAOPEN=1,0,"TCP","nobody.rill.test",1883')
