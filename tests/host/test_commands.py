"""Promise: a signed command sent while the meter sleeps waits at the broker, and is obeyed once in
the next report; a line that is not right has no effect.
"""

import json
import socket
import threading
from contextlib import suppress

import pytest

from commanded import COMMAND, COMMAND_REFUSED, Commanded, HeadEnd, end_session, mosquitto
from rill.image import ROOT
from rill.signing import sign

SUBSCRIBE = b"\x82\x14\0"


class Tap:
    """A relay in front of the broker that keeps what the meter sends."""

    def __init__(self, port: int):
        self.sent = b""
        self._broker_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                meter, _ = self._listener.accept()
                broker = socket.create_connection(("127.0.0.1", self._broker_port))
                for one, other, keeps in ((meter, broker, True), (broker, meter, False)):
                    threading.Thread(
                        target=self._pass, args=(one, other, keeps), daemon=True
                    ).start()

    def _pass(self, one: socket.socket, other: socket.socket, keeps: bool) -> None:
        with suppress(OSError):
            while data := one.recv(4096):
                if keeps:
                    self.sent += data
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def bench(tmp_path):
    """(meter, head end, tap)."""
    with mosquitto() as broker:
        tap, head_end = Tap(broker.port), HeadEnd(broker.port)
        meter = Commanded(tmp_path / "board", broker.port, broker_port=tap.port)
        meter.begin()
        yield meter, head_end, tap
        head_end.close()
        tap.close()


def test_a_command_waits_at_the_broker_and_is_obeyed_in_the_next_report(bench):
    meter, head_end, _ = bench
    head_end.send(meter.line("report_s", 7200))
    assert meter.commanded() == {}
    meter.wake()
    answer = head_end.answer()
    assert answer == {
        "v": 2, "device": "m", "counter": 1, "command": "report_s", "outcome": "done",
        "reason": None, "before": 3600, "after": 7200,
    }  # fmt: skip
    assert meter.commanded() == {"report_s": 7200}
    for _ in range(4):
        meter.wake()
    assert head_end.answers.empty()
    assert [e for e in head_end.events if e[0] == COMMAND] == [
        (COMMAND, 3600, 7200, "report_s 7200")
    ]


def test_the_subscription_is_made_once_and_again_when_the_broker_has_lost_it(bench):
    meter, head_end, tap = bench
    assert tap.sent.count(SUBSCRIBE) == 1
    for _ in range(3):
        meter.wake()
    assert tap.sent.count(SUBSCRIBE) == 1
    end_session(tap._broker_port)
    head_end.send(meter.line("burst_s", 60))  # nobody is known that it is for
    meter.wake()
    assert tap.sent.count(SUBSCRIBE) == 2 and meter.commanded() == {}
    head_end.send(meter.line("burst_s", 90))
    meter.wake()
    assert meter.commanded() == {"burst_s": 90} and tap.sent.count(SUBSCRIBE) == 2


def test_what_is_not_right_has_no_effect_but_an_event(bench):
    meter, head_end, _ = bench
    good = meter.line("burst_s", 60)
    for line in (
        good[:-1],
        good.replace(" 60 ", " 61 "),
        meter.line("burst_s", 60, key=bytes(32)),
        meter.line("burst_s", 60, device="n"),
        good + "x" * 2000,
        b"\xff\xfe",
        b"",
    ):
        head_end.send(line)
    meter.wake()
    assert meter.commanded() == {}
    head_end.send(good)
    meter.wake()
    assert head_end.answer()["outcome"] == "done"
    head_end.send(good)
    meter.wake()
    assert head_end.answer()["reason"] == "repeated"
    assert head_end.answers.empty() and meter.commanded() == {"burst_s": 60}
    told = [(code, before) for code, before, *_ in head_end.events if code == COMMAND_REFUSED]
    assert told == [(COMMAND_REFUSED, code) for code in (1, 5, 5, 3, 2)]  # five a day


def test_more_than_a_meter_takes_at_once_is_obeyed_in_the_next_reports(bench):
    meter, head_end, _ = bench
    for n in range(20):
        head_end.send(meter.line("burst_s", 100 + n))
    for _ in range(3):
        meter.wake()
    assert [head_end.answer()["after"] for _ in range(20)] == list(range(100, 120))
    assert meter.commanded() == {"burst_s": 119}


@pytest.mark.prove
def test_a_message_larger_than_the_meter_could_pass_over_does_not_stop_its_reports(bench):
    meter, head_end, _ = bench
    head_end.send(b"x" * 200_000)
    meter.wake()
    before = len(head_end.rows)
    for _ in range(3):
        meter.wake("button")
    assert len(head_end.rows) > before
    head_end.send(meter.line("burst_s", 60))
    meter.wake("button")
    assert meter.commanded() == {"burst_s": 60}


def test_the_key_is_nowhere_but_in_its_file(bench):
    meter, head_end, tap = bench
    head_end.send(meter.line("burst_s", 60))
    head_end.send(b"rill1 m 1 2 reboot " + b"0" * 32)
    meter.wake()
    key = bytes.fromhex((meter.board.flash / "command.key").read_text())
    for content in (tap.sent, meter.board.console_end(1000).encode(), meter.board.retained()):
        assert key not in content and key.hex().encode() not in content


@pytest.mark.parametrize("step", [67, pytest.param(1, marks=pytest.mark.prove)])
def test_power_cut_anywhere_leaves_the_old_or_the_new_and_the_command_comes_again(
    bench, tmp_path, step
):
    meter, head_end, _ = bench
    line = meter.line("report_s", 7200)
    board, world = meter.board, meter.world
    seen, cut, crossings = set(), 0, 0
    while cut <= crossings:
        meter.world = world.copied()
        meter.board = board.copied(tmp_path / "twin", meter.world)
        head_end.send(line)
        ending = meter.wake(fuse=cut)
        crossings = crossings or ending.crossings  # of the wake that is not cut
        if cut:
            meter.board.lose_power(cut)
        at_cut = meter.commanded()
        assert at_cut in ({}, {"report_s": 7200})
        if cut:
            meter.wake("power_on")
            meter.wake()
        answers = [head_end.answer()]
        while not head_end.answers.empty():
            answers.append(head_end.answer())
        assert meter.commanded() == {"report_s": 7200}
        assert [a["outcome"] for a in answers].count("done") <= 1
        assert all(a["outcome"] == "done" or a["reason"] == "repeated" for a in answers)
        seen.add(bool(at_cut))
        cut += step if cut else 1
    assert seen == {True, False}


def test_the_vectors_are_what_is_signed():
    vectors = json.loads((ROOT / "tests" / "vectors" / "commands.json").read_text())["vectors"]
    for one in vectors:
        line = sign(
            bytes.fromhex(one["key"]), one["device"], one["counter"], one["expires_s"],
            one["name"], *one["arguments"],
        )  # fmt: skip
        assert line == one["line"]
