"""Promise: the simulated modems carry bytes, find hosts and know the time as real ones do, so that
a driver proves itself on them.
"""

import pytest

from modem_host import HOST, Host, Server
from modem_talk import exchange, open_socket
from rill.modem import sockets
from rill.modem.models import MODELS


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


def test_hosts_are_found_by_name_and_by_address():
    with Server() as server:
        host = Host("sim7080", server)
        host.attach()
        host.at("+CNACT=0,1", "ACTIVE\r\n")
        host.at(f'+CDNSGIP="{HOST}"')
        assert '"10.64.0.1"' in host.until('10.64.0.1"\r\n')
        assert "+CAOPEN: 0,0" in host.at('+CAOPEN=0,0,"TCP","10.64.0.1",1883')
        assert "+CAOPEN: 1,20" in host.at('+CAOPEN=1,0,"TCP","nobody.rill.test",1883')
