"""Promise: a simulated modem sleeps, wakes and is switched off as a real one is."""

import pytest

from modem_host import Host, Server
from modem_talk import exchange, open_socket
from rill.modem.models import MODELS

_KEYED = [name for name, model in MODELS.items() if model.key_off_ms]


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
