"""The relay between meter and broker: exact counts, outages, and a meter that dies."""

import signal
import socket
import subprocess
import sys

import pytest

from rill import network as network_module
from rill.network import Network

DEADLINE_S = 10
MID_PACKET = b"\x30\x7f\x00\x04rill"
DYING_METER = f"""
import socket, sys, time
meter = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
meter.sendall({MID_PACKET!r})
print("sent", flush=True)
time.sleep(600)
"""


class Ends:
    """A plain server in the broker's place, and the network before it."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(DEADLINE_S)
        self.network = Network(*self.server.getsockname())

    def meter(self):
        return socket.create_connection(("127.0.0.1", self.network.port), DEADLINE_S)

    def broker(self):
        connection, _ = self.server.accept()
        connection.settimeout(DEADLINE_S)
        return connection

    def pair(self):
        return self.meter(), self.broker()


@pytest.fixture
def ends():
    made = Ends()
    with made.server, made.network:
        yield made


def receive(connection, size_bytes):
    """Return exactly size_bytes, fewer when the connection was closed."""
    received = bytearray()
    while len(received) < size_bytes:
        piece = connection.recv(size_bytes - len(received))
        if not piece:
            break
        received += piece
    return bytes(received)


def is_gone(connection):
    """Wait for the other side's end; True when it came without any data."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def counts(network):
    return network.bytes_up, network.bytes_down


def test_bytes_pass_and_are_counted(ends):
    meter, broker = ends.pair()
    with meter, broker:
        meter.sendall(b"hello")
        assert receive(broker, 5) == b"hello"
        broker.sendall(b"welcome")
        assert receive(meter, 7) == b"welcome"
        ends.network.settle(DEADLINE_S)
        assert counts(ends.network) == (5, 7)


def test_more_than_buffers_hold_passes_both_ways(ends):
    block = bytes(range(256)) * 40_000
    for forward in (True, False):
        meter, broker = ends.pair()
        source, sink = (meter, broker) if forward else (broker, meter)
        script = "import socket, sys; s = socket.socket(fileno=int(sys.argv[1]))\n"
        script += "s.setblocking(True); s.sendall(bytes(range(256)) * 40_000)"
        command = [sys.executable, "-c", script, str(source.fileno())]
        sender = subprocess.Popen(command, pass_fds=[source.fileno()])
        with meter, broker, sender:
            assert receive(sink, len(block)) == block
    ends.network.close()
    assert counts(ends.network) == (len(block), len(block))


def test_all_is_passed_on_before_the_end(ends):
    meter, broker = ends.pair()
    with broker:
        with meter:
            meter.sendall(b"x" * 100_000)
        assert receive(broker, 200_000) == b"x" * 100_000
    ends.network.settle(DEADLINE_S)
    assert counts(ends.network) == (100_000, 0)


def test_what_the_broker_said_last_arrives(ends):
    meter, broker = ends.pair()
    with meter:
        with broker:
            broker.sendall(b"y" * 100_000)
        assert receive(meter, 200_000) == b"y" * 100_000
    ends.network.settle(DEADLINE_S)
    assert counts(ends.network) == (0, 100_000)


def test_settle_waits_for_the_broker_to_close(ends):
    meter, broker = ends.pair()
    meter.close()
    with broker:
        with pytest.raises(TimeoutError, match="within 0.05 s"):
            ends.network.settle(0.05)
        assert is_gone(broker)
    ends.network.settle(DEADLINE_S)


def test_broker_that_does_not_close_is_left(ends, monkeypatch):
    monkeypatch.setattr(network_module, "BROKER_CLOSE_S", 0.05)
    meter, broker = ends.pair()
    with broker:
        meter.sendall(b"abc")
        meter.close()
        ends.network.settle(DEADLINE_S)
        assert receive(broker, 4) == b"abc"
    assert counts(ends.network) == (3, 0)


def test_killed_meter_ends_its_connection(ends):
    command = [sys.executable, "-c", DYING_METER, str(ends.network.port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as meter:
        with ends.broker() as broker:
            assert meter.stdout.readline() == b"sent\n"
            broker.sendall(b"never read")
            meter.send_signal(signal.SIGKILL)
            meter.wait(DEADLINE_S)
            assert receive(broker, 100) == MID_PACKET
        ends.network.settle(DEADLINE_S)
    assert ends.network.bytes_up == len(MID_PACKET)


def test_outage_cuts_refuses_and_restores(ends):
    meter, broker = ends.pair()
    port = ends.network.port
    with meter, broker:
        meter.sendall(b"abc")
        ends.network.up = False
        assert not ends.network.up
        assert is_gone(meter)
        assert receive(broker, 3) in (b"abc", b"") and is_gone(broker)
        for _ in range(3):
            with pytest.raises(ConnectionRefusedError):
                ends.meter()
    ends.network.settle(DEADLINE_S)
    assert counts(ends.network) == (3, 0)
    ends.network.up = True
    ends.network.up = True
    assert ends.network.up and ends.network.port == port
    meter, broker = ends.pair()
    with meter, broker:
        meter.sendall(b"de")
        assert receive(broker, 2) == b"de"
    ends.network.settle(DEADLINE_S)
    assert counts(ends.network) == (5, 0)


def test_blackhole_swallows_and_connections_stay(ends):
    meter, broker = ends.pair()
    with meter, broker:
        ends.network.blackhole = True
        assert ends.network.blackhole
        meter.sendall(b"lost up")
        broker.sendall(b"lost down")
        ends.network.settle(DEADLINE_S)
        ends.network.blackhole = False
        meter.sendall(b"up")
        broker.sendall(b"down")
        assert receive(broker, 2) == b"up"
        assert receive(meter, 4) == b"down"
        assert counts(ends.network) == (9, 4)


def test_blackhole_hides_both_new_connections_and_ended_ones(ends):
    old, broker = ends.pair()
    ends.network.blackhole = True
    broker.close()
    with old, ends.meter() as new:
        new.sendall(b"connect")
        ends.network.settle(DEADLINE_S)
        for meter in (old, new):
            meter.setblocking(False)
            with pytest.raises(BlockingIOError):
                meter.recv(1)
            meter.settimeout(DEADLINE_S)
        ends.network.blackhole = False
        assert is_gone(new) and is_gone(old)


def test_meter_is_let_go_when_the_broker_is_down(ends):
    ends.server.close()
    with ends.meter() as meter:
        assert is_gone(meter)
    ends.network.settle(DEADLINE_S)


def test_closing_ends_connections_at_once(ends):
    meter, broker = ends.pair()
    with meter, broker:
        ends.network.close()
        ends.network.close()
        assert is_gone(meter) and is_gone(broker)
        with pytest.raises(RuntimeError, match="closed"):
            ends.network.up = False
