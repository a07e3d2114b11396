"""Promise: a fault of a simulated modem does what it says, and none breaks the simulation."""

import pytest

from modem_host import Host, Server
from modem_talk import open_socket, tolerant_session
from rill.modem.faults import CHANCES, FAULTS, WINDOWS, Faults
from rill.modem.models import MODELS

_DAY_US = 86_400_000_000


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
