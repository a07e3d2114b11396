"""Promise: PPP comes up or fails in its time, never hangs, and never by a call out of order."""

import socket
import threading
from array import array

import pytest

from rill.board_process import Board
from rill.image import build, build_board
from rill.world import World

FOREVER = 10**9
DEADLINE_S = 10
HEAD = """
import machine, time
from firmware.hal.ppp import Ppp
def new_uart(timeout=0, dialled=True):
    uart = machine.UART(1, 115200, machine.Pin(17), machine.Pin(16), timeout, 1024)
    uart.dialled = dialled
    return uart
def failed(call, *arguments):
    began = time.ticks_ms()
    try:
        call(*arguments)
    except (OSError, AssertionError) as error:
        print("after %d s:" % (time.ticks_diff(time.ticks_ms(), began) // 1000), error)
    else:
        print("went well")
uart = new_uart()
ppp = Ppp(uart)
machine.WDT(120_000)
"""


@pytest.fixture
def run(tmp_path, script):
    """Runs a program on a board; what it printed. outages_s: (begin, length) without network."""

    def run(program, outages_s=(), ends="prompt"):
        world = World(array("q"), outages_s)
        board = Board(tmp_path, build(), build_board(), world)
        ending = board.wake("power_on", scripts=script(HEAD + program))
        assert ending.kind == ends, board.console_end()
        return board.console_end()

    return run


def test_data_goes_both_ways_through_a_connection(run):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(DEADLINE_S)

        def serve():
            connection, _ = server.accept()
            with connection:
                while data := connection.recv(4096):
                    connection.sendall(data.upper())

        thread = threading.Thread(target=serve)
        thread.start()
        port = server.getsockname()[1]
        said = run(
            f"ppp.up(15_000)\nstream = ppp.connect('127.0.0.1', {port}, 5000)\n"
            "for n in (1, 5000):\n"
            "    stream.sendall(b'm' * n, 5000)\n"
            "    got = b''\n"
            "    while len(got) < n:\n"
            "        got += stream.recv(n, 5000)\n"
            "    print(len(got), got == b'M' * n)\n"
            "failed(stream.recv, 1, 3000)\n"
            "stream.close()\nppp.down()\nuart.write(b'AT')\n"
        )
        thread.join(DEADLINE_S)
    assert said.splitlines()[:2] == ["1 True", "5000 True"]
    assert said.splitlines()[2] == "after 3 s: [Errno 110] ETIMEDOUT"


def test_no_answer_is_an_error_in_time_and_no_hang(run):
    said = run("failed(ppp.up, 15_000)\nfailed(ppp.down)\n", [(0, FOREVER)])
    assert said.splitlines() == [
        "after 15 s: [Errno 110] ETIMEDOUT: PPP not connected",
        "after 0 s: [Errno 107] ENOTCONN: PPP without an answer: switch the modem off",
    ]


def test_a_network_that_goes_is_left_in_time(run):
    """Nobody agrees to the end any more."""
    program = "ppp.up(15_000)\ntime.sleep(30)\nfailed(ppp.down)\nfailed(ppp.up, 9)"
    assert run(program, [(20, FOREVER)]).splitlines() == [
        "after 7 s: [Errno 110] ETIMEDOUT: PPP does not end: switch the modem off",
        "after 0 s: [Errno 114] EALREADY: the last PPP connection has not ended",
    ]


def test_a_network_that_comes_late_is_waited_for(run):
    assert (
        run("ppp.up(15_000)\nprint(ppp._ppp.ifconfig()[0])\nppp.down()", [(0, 10)]) == "10.64.0.2"
    )


@pytest.mark.parametrize(
    ("program", "complaint"),
    [
        ("failed(Ppp(new_uart(timeout=10)).up, 9)", "each poll would wait 10 ms for nothing"),
        ("failed(Ppp(new_uart(dialled=False)).up, 9)", "nobody has dialled"),
        ("ppp.up(9000)\nfailed(uart.write, b'AT')", "the UART belongs to PPP"),
        ("ppp.up(9000)\nfailed(uart.any)", "the UART belongs to PPP"),
        ("ppp.up(9000)\nfailed(ppp._ppp.connect)", "EALREADY"),
        ("import network\nfailed(network.PPP(uart).connect)", "must be active"),
        ("ppp.up(9000)\nold = ppp._ppp\nppp.down()\nfailed(old.active, True)", "used again"),
    ],
)
def test_the_board_finds_a_call_out_of_order(run, program, complaint):
    assert complaint in run(program)


@pytest.mark.parametrize(
    ("program", "outage_s"), [("", (0, FOREVER)), ("time.sleep(30)\n", (20, FOREVER))]
)
def test_the_board_hangs_where_a_chip_may(run, program, outage_s):
    connect = "import network\np = network.PPP(uart)\np.active(True)\np.connect()\n"
    run(connect + program + "p.active(False)", [outage_s], ends="watchdog")
