"""Promise: over TLS a meter publishes to its broker and to nobody else; each refusal says why."""

import json
import queue
import socket
import ssl
import threading
from array import array
from contextlib import contextmanager, suppress

import pytest
from paho.mqtt import client as mqtt

from rill.authority import Authority
from rill.board_process import Board
from rill.broker import Broker, find_mosquitto
from rill.image import build, build_board
from rill.world import World

NAME = "broker.test"
DEADLINE_S = 10
HEAP_BYTES = 200_000  # of the simulated meter; a chip's words are half as wide
PAYLOAD = "m" * 1000
TLS_FAILS, BROKER_REFUSES = 12, 11  # codes of docs/nbiot.md
NOT_AUTHORIZED = 5  # of CONNACK
HANDSHAKE = 2  # writes of the meter: what it offers, and its key with the end of the handshake
_PUBLISH = "s = session('{}', {})\ns.open()\ns.publish('rill/meter-1/readings', b'x')\ns.close()\n"
# What the meter does: Wi-Fi that leads to loopback whatever the name, and a Session over TLS.
HEAD = """
import gc, sys, time
from firmware.core.errors import UplinkError
from firmware.hal.clock import Clock
from firmware.hal.files import Files
from firmware.hal.wifi import WiFi
from firmware.uplink.session import Session
clock, wifi, bursts = Clock(), WiFi("bench", ""), []
wifi.up(1000)
class Counted:
    def __init__(self, stream):
        self.recv, self.close, self._stream, self.received = self._recv, stream.close, stream, 0
    def _recv(self, n, timeout_ms):
        data = self._stream.recv(n, timeout_ms)
        self.received += len(data)
        return data
    def sendall(self, data, timeout_ms, is_last=False):
        bursts.append(len(data))
        self._stream.sendall(data, timeout_ms)
def connect(host, port, timeout_ms):
    global counted
    counted = Counted(wifi.connect("127.0.0.1", port, timeout_ms))
    return counted
def session(host, port, user=""):
    gc.collect()
    before = gc.mem_alloc()
    from firmware.uplink.handshake import securing
    from firmware.uplink.trust import trusted
    gc.collect()
    print("heap of the module:", gc.mem_alloc() - before)
    return Session(
        connect=securing(connect, clock, lambda: trusted(Files(""))), clock=clock,
        client_id="meter-1", host=host, port=port, user=user,
        password="secret" if user else "", message_bytes=1024,
    )
def open_of(host, port, user=""):
    s = session(host, port, user)
    began = time.ticks_ms()
    try:
        s.open()
    except UplinkError as error:
        took = time.ticks_diff(time.ticks_ms(), began) // 1000
        print("code:", [error.fault, error.cause])
        print("after %d s: %s: %s" % (took, type(error).__name__, error))
    else:
        print("it opened")
    s.abandon()
"""


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture
def meter(tmp_path, script, authority):
    """Runs a program on a board that trusts the authority, or has other files; what it printed."""

    def run(program, **files):
        files = files or {"broker.der": authority.der()}
        board = Board(tmp_path, build(), build_board(), World(array("q")), heap_bytes=HEAP_BYTES)
        for name, content in files.items():
            if content is not None:
                (board.flash / name).write_bytes(content)
        ending = board.wake("power_on", scripts=script(HEAD + program))
        assert ending.kind == "prompt", board.console_end()
        return board.console_end()

    return run


@contextmanager
def secure_broker(folder, authority, *names, days=(-1, 1), clients=None, more=""):
    """(its port for TLS, its port without). clients: the Authority of who may connect over TLS.

    more: lines of its configuration.
    """
    if not find_mosquitto():
        pytest.skip("mosquitto is not installed")
    certificate = authority.issue(folder / "broker", *names, days=days)
    more_tls = ""
    if clients:
        (folder / "clients.pem").write_bytes(clients.pem())
        more_tls = f"cafile {folder}/clients.pem\nrequire_certificate true\n"
    with Broker.local("mosquitto", certificate, more, more_tls) as broker:
        yield broker.tls_port, broker.port


@contextmanager
def server(serve):
    """The port of a server whose connection is given to serve()."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(DEADLINE_S)

        def accept():
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(DEADLINE_S)
                serve(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(DEADLINE_S)
        assert not thread.is_alive()


def numbers(said):
    """{name: number} of the lines `name: number`."""
    found = (line.rpartition(": ") for line in said.splitlines())
    return {name: json.loads(value) for name, _, value in found if name}


@pytest.mark.parametrize("kind", ["p256", "rsa"])
@pytest.mark.parametrize("host", [NAME, "127.0.0.1"])
def test_a_session_publishes_over_tls_in_as_few_bursts_as_without(tmp_path, meter, kind, host):
    authority = Authority(kind=kind)
    received: queue.Queue = queue.Queue()
    with secure_broker(tmp_path, authority, NAME, "127.0.0.1") as (port, plain_port):
        head_end = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        subscribed = threading.Event()
        head_end.on_message = lambda _client, _data, message: received.put(message.payload)
        head_end.on_subscribe = lambda *_: subscribed.set()
        head_end.connect("127.0.0.1", plain_port)
        head_end.subscribe("rill/#", qos=1)
        head_end.loop_start()
        assert subscribed.wait(DEADLINE_S)
        said = meter(
            f"s = session('{host}', {port})\n"
            "before = gc.mem_alloc()\n"
            "s.open()\n"
            "print('bytes of the handshake:', counted.received)\n"
            "gc.collect()\n"
            "print('heap of the connection:', gc.mem_alloc() - before)\n"
            f"for _ in range(3):\n    s.publish('rill/meter-1/readings', b'{PAYLOAD}')\n"
            "s.close()\ns.abandon()\n"
            "print('bursts:', bursts)\n"
            "print('received:', counted.received)\n",
            **{"broker.der": authority.der()},
        )
        arrived = [received.get(timeout=DEADLINE_S) for _ in range(3)]
        head_end.loop_stop()
        head_end.disconnect()
    assert arrived == [PAYLOAD.encode()] * 3
    told = numbers(said)
    print(told)
    assert len(told["bursts"]) == HANDSHAKE + 5  # CONNECT, three messages, DISCONNECT
    assert sum(told["bursts"][:HANDSHAKE]) < 300 and told["bytes of the handshake"] < 2000
    assert told["heap of the module"] < 6000 and told["heap of the connection"] < 6000


@pytest.mark.parametrize(
    ("host", "days", "reason", "cause"),
    [
        ("another.test", (-1, 1), "Name (CN) does not match", 0x2704),
        ("127.0.0.1", (-1, 1), "Name (CN) does not match", 0x2704),
        (NAME, (-3, -1), "validity has expired", 0x2701),
        (NAME, (1, 3), "validity starts in the future", 0x2900),
        ("another.test", (-3, -1), "validity has expired", 0x2705),
    ],
)
def test_a_broker_with_a_wrong_certificate_is_refused_and_its_code_says_why(
    tmp_path, meter, authority, host, days, reason, cause
):
    with secure_broker(tmp_path, authority, NAME, days=days) as (port, _):
        said = meter(f"open_of('{host}', {port})")
    line = said.splitlines()[-1]
    assert line.startswith("after 0 s: TlsError: TLS: The certificate") and reason in line
    assert line.endswith(f"(-{cause:#x})")
    assert f"code: [{TLS_FAILS}, {-cause}]" in said


def test_a_broker_of_another_ca_is_refused(tmp_path, meter):
    """Of the same name: the signature decides."""
    with secure_broker(tmp_path, Authority(), NAME) as (port, _):
        said = meter(f"open_of('{NAME}', {port})")
    assert "TlsError: TLS: The certificate is not correctly signed by the trusted CA" in said
    assert f"code: [{TLS_FAILS}, {-0x2708}]" in said


def test_a_broker_without_tls_closes(meter):
    """It takes the handshake for a bad packet."""
    with Broker.local() as broker:
        said = meter(f"open_of('{NAME}', {broker.port})")
    assert said.splitlines()[-1].startswith("after 0 s: UplinkError: connect: OSError [Errno 104]")


def test_a_server_that_speaks_something_else_is_told(meter):
    with server(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")) as port:
        said = meter(f"open_of('{NAME}', {port})")
    assert "after 0 s: TlsError: TLS: MBEDTLS_ERR_SSL_INVALID_RECORD (-0x7200)" in said


def test_a_server_that_stops_within_the_handshake_costs_no_more_than_the_deadline(meter):
    over = threading.Event()

    def stop(connection):
        connection.recv(4096)
        connection.sendall(b"\x16\x03\x03\x00\x5a\x02\x00\x00\x56\x03\x03")
        over.wait(DEADLINE_S)

    with server(stop) as port:
        said = meter(f"open_of('{NAME}', {port})")
        over.set()
    assert said.splitlines()[-1].startswith(
        "after 20 s: UplinkError: connect: OSError [Errno 110]"
    )


def test_a_server_that_closes_within_the_handshake_is_told(meter):
    with server(lambda connection: connection.recv(4096)) as port:
        said = meter(f"open_of('{NAME}', {port})")
    assert "UplinkError: connect: OSError [Errno 104]" in said
    assert "connection closed within TLS" in said


@pytest.mark.parametrize(
    ("ca", "reason"),
    [(None, "broker.der is missing"), (b"\x30\x82", "damaged"), (b"", "broker.der has 0 bytes")],
)
def test_without_its_ca_a_meter_connects_to_nobody(meter, ca, reason):
    said = meter(f"open_of('{NAME}', 1)", **{"broker.der": ca})
    assert "after 0 s: TlsError: " in said and reason in said


def test_a_stream_gives_what_has_come_and_goes_on_after_a_timeout(tmp_path, meter, authority):
    certificate, key = authority.issue(tmp_path / "server", NAME)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def echo(connection):
        with context.wrap_socket(connection, server_side=True) as secure:
            while data := secure.recv(4096):
                secure.sendall(data.upper())
                if data == b"end":
                    with suppress(ssl.SSLEOFError):  # the interpreter closes without a word
                        secure.unwrap()
                    return

    with server(echo) as port:
        said = meter(
            "from firmware.uplink.handshake import securing\n"
            "from firmware.uplink.trust import trusted\n"
            f"connect = securing(connect, clock, lambda: trusted(Files('')))\n"
            f"stream = connect('{NAME}', {port}, 5000)\n"
            "stream.sendall(b'abc', 5000)\nprint(stream.recv(100, 5000))\n"
            "began = time.ticks_ms()\n"
            "try:\n    stream.recv(1, 3000)\n"
            "except OSError as error:\n"
            "    print(error.errno, time.ticks_diff(time.ticks_ms(), began) >= 3000)\n"
            "stream.sendall(memoryview(b'x' * 12_000), 5000)\n"
            "got = b''\nwhile len(got) < 12_000:\n    got += stream.recv(4096, 5000)\n"
            "print(len(got), got == b'X' * 12_000)\n"
            "stream.sendall(b'end', 5000)\n"
            "print(stream.recv(2, 5000), stream.recv(9, 5000), stream.recv(9, 5000))\n"
            "stream.close()\n"
        )
    assert said.splitlines() == ["b'ABC'", "110 True", "12000 True", "b'EN' b'D' b''"]


@pytest.mark.parametrize("kind", ["p256", pytest.param("rsa", marks=pytest.mark.prove)])
def test_a_broker_that_asks_for_a_certificate_gets_the_meters(tmp_path, meter, authority, kind):
    clients = Authority("CA of the meters", kind)
    certificate, key = clients.issue_client("meter-1")
    files = {"broker.der": authority.der(), "client.der": certificate, "client.key": key}
    with secure_broker(tmp_path, authority, NAME, clients=clients) as (port, _):
        said = meter(_PUBLISH.format(NAME, port) + "print('published:', bursts)", **files)
    assert len(numbers(said)["published"]) == HANDSHAKE + 3, said


@pytest.mark.parametrize(
    "case",
    ["none", "another CA's"]
    + [pytest.param(case, marks=pytest.mark.prove) for case in ("expired", "another's key")],
)
def test_a_meter_without_the_right_certificate_is_refused(tmp_path, meter, authority, case):
    clients = Authority("CA of the meters")
    issuer = Authority("CA of the meters") if case == "another CA's" else clients
    certificate, key = issuer.issue_client("m", days=(-3, -1) if case == "expired" else (-1, 1))
    if case == "another's key":
        _, key = clients.issue_client("m")
    files = {"broker.der": authority.der()}
    if case != "none":
        files |= {"client.der": certificate, "client.key": key}
    with secure_broker(tmp_path, authority, NAME, clients=clients) as (port, _):
        said = meter(f"open_of('{NAME}', {port})", **files)
    assert "after 0 s: TlsError: TLS: " in said and said.strip().endswith("(-0x7780)"), said
    assert f"code: [{TLS_FAILS}, {-0x7780}]" in said


def test_a_wrong_password_is_told_by_its_code_and_not_shown(tmp_path, meter, authority):
    (passwords := tmp_path / "passwords").write_text("")  # of nobody
    more = f"password_file {passwords}\n"
    with secure_broker(tmp_path, authority, NAME, more=more) as (port, _):
        said = meter(f"open_of('{NAME}', {port}, 'ann')")
    assert f"code: [{BROKER_REFUSES}, {NOT_AUTHORIZED}]" in said and "secret" not in said


@pytest.mark.parametrize("damaged", ["client.der", "client.key"])
def test_a_damaged_half_is_told_and_nothing_of_the_key(meter, authority, damaged):
    files = {"broker.der": authority.der()}
    files |= dict(zip(("client.der", "client.key"), authority.issue_client("m"), strict=True))
    files[damaged] = files[damaged][:-1]
    said = meter(f"open_of('{NAME}', 1)", **files).splitlines()[-1]
    what = "invalid cert" if damaged == "client.der" else "invalid key"
    assert said == (
        f"after 0 s: TlsError: client.der or client.key is damaged or not in DER: {what}"
    )
