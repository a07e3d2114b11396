"""A session over TLS on the simulated board, and whom it may find at the other end."""

import json
import socket
import threading
from array import array
from contextlib import contextmanager

import pytest

from rill.board_process import Board
from rill.broker import Broker, find_mosquitto
from rill.image import build, build_board
from rill.world import World

NAME = "broker.test"
DEADLINE_S = 10
HEAP_BYTES = 200_000  # of the simulated meter; a chip's words are half as wide
TLS_FAILS, BROKER_REFUSES = 12, 11  # codes of docs/nbiot.md
HANDSHAKE = 2  # writes of the meter: what it offers, and its key with the end of the handshake
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


def printed_by(folder, script, authority, program, **files):
    """What a program prints on a board that trusts the authority, or has other files."""
    files = files or {"broker.der": authority.der()}
    board = Board(folder, build(), build_board(), World(array("q")), heap_bytes=HEAP_BYTES)
    for name, content in files.items():
        if content is not None:
            (board.flash / name).write_bytes(content)
    ending = board.wake("power_on", scripts=script(HEAD + program))
    assert ending.kind == "prompt", board.console_end()
    return board.console_end()


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
