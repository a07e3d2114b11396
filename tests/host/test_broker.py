"""The broker of a run: ours, of both kinds, and one that is elsewhere."""

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from importlib import util
from pathlib import Path

import pytest

from rill import broker as broker_module
from rill.broker import Broker, BrokerError, check_answers, find_mosquitto, parse_url

DEADLINE_S = 20
HOLDER_PROGRAM = """
import sys, time
from rill.broker import Broker
broker = Broker.local(sys.argv[1])
print(broker.port, flush=True)
time.sleep(600)
"""


@pytest.fixture(params=["mosquitto", "amqtt"])
def program(request):
    """Each kind of broker that is installed."""
    if request.param == "mosquitto" and find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    if request.param == "amqtt" and util.find_spec("amqtt") is None:
        pytest.skip("amqtt is not installed")
    return request.param


def leftovers(folder):
    return list(Path(folder).glob("rill-broker-*"))


@pytest.fixture
def own_temp(tmp_path, monkeypatch):
    """A directory that takes all temporary files made meanwhile."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def connect_until_refused(port):
    """Stay connected for as long as someone listens; TimeoutError when that is too long."""
    while True:
        with suppress(ConnectionResetError):
            client = socket.create_connection(("127.0.0.1", port), DEADLINE_S)
            with client:
                assert client.recv(1) == b""


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("mqtt://10.0.0.7", ("10.0.0.7", 1883, None, None)),
        ("mqtt://broker.example:8883", ("broker.example", 8883, None, None)),
        ("mqtt://ann:secret@host:1", ("host", 1, "ann", "secret")),
        ("mqtt://ann@host", ("host", 1883, "ann", None)),
        ("mqtt://a%40b:p%3Aq%2F@host", ("host", 1883, "a@b", "p:q/")),
        ("host", ("host", 1883, None, None)),
        ("host:65535", ("host", 65535, None, None)),
        ("mqtt://[::1]:1884", ("::1", 1884, None, None)),
    ],
)
def test_url_is_parsed(url, parts):
    assert parse_url(url) == parts


@pytest.mark.parametrize(
    "url",
    ["", "mqtt://", "http://host", "mqtts://host", "host:0", "host:65536", "host:x", "host:"]
    + ["mqtt://host/path", "mqtt://:secret@host", "a b", "host\n", "mqtt://ann:secret@host:0"],
)
def test_wrong_url_tells_what_is_accepted(url):
    with pytest.raises(BrokerError, match=r"mqtt://\[user:password@\]host\[:port\]") as raised:
        parse_url(url)
    assert "secret" not in str(raised.value)


def test_local_broker_answers_and_ends(program, own_temp):
    with Broker.local(program) as broker:
        assert broker.name.startswith(f"{program} ") and broker.name[-1].isdigit()
        assert (broker.host, broker.username, broker.password) == ("127.0.0.1", None, None)
        check_answers(broker.host, broker.port)
        assert leftovers(own_temp) == []
    assert is_free(broker.port)
    broker.close()


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_local_broker_ends_with_an_exception(program, error):
    with pytest.raises(error), Broker.local(program) as broker:
        raise error
    assert is_free(broker.port)


def test_interrupted_start_leaves_nothing(program, own_temp, monkeypatch):
    started = []

    def interrupt(process, *_arguments):
        started.append(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(broker_module, "_wait_until_ready", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Broker.local(program)
    assert started[0].poll() is not None
    assert leftovers(own_temp) == []


def test_taken_port_is_retried(program, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free_port = broker_module._free_port
        ports = iter([taken.getsockname()[1]])
        monkeypatch.setattr(broker_module, "_free_port", lambda: next(ports, None) or free_port())
        monkeypatch.setattr(broker_module, "PROBE_TIMEOUT_S", 0.1)
        with Broker.local(program) as broker:
            assert broker.port != taken.getsockname()[1]


def test_local_broker_ends_when_we_are_killed(program):
    command = [sys.executable, "-c", HOLDER_PROGRAM, program]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    with holder:
        port = int(holder.stdout.readline())
        with pytest.raises(ConnectionRefusedError):
            holder.send_signal(signal.SIGKILL)
            connect_until_refused(port)


def test_broker_at_an_address_is_checked(program):
    with Broker.local(program) as ours:
        with Broker.at(f"mqtt://ann:secret@127.0.0.1:{ours.port}") as broker:
            assert (broker.host, broker.port) == ("127.0.0.1", ours.port)
            assert (broker.username, broker.password) == ("ann", "secret")
            assert broker.name == f"mqtt://127.0.0.1:{ours.port}"
        check_answers(ours.host, ours.port)


def test_closed_port_is_no_broker():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{holder.getsockname()[1]}"
        with pytest.raises(BrokerError, match=f"^no broker at {address}: Connection refused$"):
            Broker.at(address)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"SSH-2.0-OpenSSH\r\n", "does not speak MQTT"),
        (b"", "does not speak MQTT"),
        (b"\x20\x02\x00\x04", "refused the user name or password"),
        (b"\x20\x02\x00\x63", "refused with code 99"),
        (None, "no answer within 0.2 s"),
    ],
)
def test_other_answers_are_no_broker(answer, reason):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        told = threading.Event()

        def serve():
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                if answer is None:
                    told.wait(DEADLINE_S)
                else:
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(BrokerError, match=f"^no broker at 127.0.0.1:{port}: .*{reason}"):
            check_answers("127.0.0.1", port, "ann", "x" * 200, timeout_s=0.2 if not answer else 5)
        told.set()
        thread.join(DEADLINE_S)


def test_nothing_installed_is_told(monkeypatch):
    def missing(name):
        raise broker_module.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(broker_module, "find_mosquitto", lambda: None)
    monkeypatch.setattr(broker_module.metadata, "version", missing)
    with pytest.raises(BrokerError, match="127.0.0.1: mosquitto or amqtt is not installed"):
        Broker.local()
