"""Promise: what works with the real mpremote at `rill board` works at a board.

Prompt, raw paste, files, soft reset, deep sleep and a reset in the middle of a copy, over a line
that is fast, or slow and in pieces. The host's files can't be reached from its prompt.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
from random import Random

import pytest

from flashed_tree import flashed_tree
from rill.cable.finding import TwoPorts, find
from rill.cable.line import Line
from rill.cable.port import DeviceError, NoPort, NoPrompt, Port, PortBusy, Unplugged
from rill.cable.served import ServedBoard

_MPREMOTE = [sys.executable, "-m", "mpremote"]
_DATA = Random(1).randbytes(9000)


@pytest.fixture(params=["fast", pytest.param("in pieces", marks=pytest.mark.prove)])
def board(request, tmp_path):
    line = Line(230_400, Random(3)) if request.param == "in pieces" else Line()
    with ServedBoard(tmp_path / "board", line=line) as board:
        yield board


def _mpremote(board, *words):
    command = [*_MPREMOTE, "connect", board.path, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert not done.returncode, done.stdout + done.stderr
    return done.stdout


def test_the_real_mpremote(board, tmp_path):
    assert _mpremote(board, "resume", "exec", "import sys; print(sys.platform)") == "esp32\n"
    source, back = tmp_path / "source", tmp_path / "back"
    source.write_bytes(_DATA)
    # Without resume it resets the interpreter first; an absolute path is one of the board.
    _mpremote(board, "fs", "cp", str(source), ":/etc.bin", "+", "fs", "cp", ":/etc.bin", str(back))
    assert back.read_bytes() == _DATA and board.resets == ["power_on", "restart"]
    assert hashlib.sha256(_DATA).hexdigest() in _mpremote(board, "fs", "sha256sum", "/etc.bin")
    assert "passwd" not in _mpremote(board, "resume", "fs", "ls", ":/")


def test_one_conversation(board):
    with Port(board.path) as port:
        port.enter()
        port.put("/a", _DATA)
        assert port.get("/a") == _DATA
        assert port.hashes(["/a", "/b"]) == [hashlib.sha256(_DATA).hexdigest(), None]
        with pytest.raises(DeviceError, match="ZeroDivisionError"):
            port.exec("1 / 0")
        with pytest.raises(PortBusy):
            Port(board.path)
        # A program that never ends, and asks for nothing; then one that asks for the time.
        for program in ("while True: pass", "import time\nwhile True: time.sleep_ms(5)"):
            with pytest.raises(Unplugged):
                port.exec(program, timeout_s=0.3)
            port.enter()
        assert port.value("(1 << 40, [None])") == (1 << 40, [None])
        port.enter(soft_reset=True)
        board.cut(4, "torn")
        with pytest.raises(Unplugged):
            port.put("/b", _DATA)
        assert board.resets == ["power_on", "restart", "reset"]
        port.enter()
        assert port.get("/a") == _DATA
        board.unplug()
        with pytest.raises(Unplugged):
            port.exec("1")


def test_deep_sleep_is_silent(board):
    with Port(board.path) as port:
        port.enter()
        port.leave("import machine; machine.deepsleep(3_600_000)")
        port.hear(1, until=b"3_600_000)")  # nothing comes
        assert board.is_asleep()
        port.send(b"\r\x03")
        assert port.hear(0.3) == b""
        board.press_button()
        port.enter()
        assert port.value("__import__('machine').wake_reason()") == 3
        port.leave("import machine; machine.deepsleep(3_600_000)")
        port.hear(0.3)
        board.pass_time(3601)
        port.enter()
        assert board.resets == ["power_on", "button", "timer"]


def test_its_flash_stays(tmp_path):
    with ServedBoard(tmp_path / "board") as board, Port(board.path) as port:
        port.enter()
        port.put("/a", _DATA)
    with ServedBoard(tmp_path / "board", version="1.24.0") as board, Port(board.path) as port:
        port.enter()
        assert port.get("/a") == _DATA
        assert port.value("__import__('sys').implementation.version[:2]") == (1, 24)


def test_as_a_command(tmp_path):
    """The meter on it says what it is; Ctrl-C in its first seconds gives the prompt."""
    command = [sys.executable, "-m", "rill", "board", "--json", "--flash", str(tmp_path / "f")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    try:
        path = json.loads(process.stdout.readline())["port"]
        with Port(path) as port:
            process.stdin.write("p\n")  # power-on, now that somebody listens
            process.stdin.flush()
            assert b"water meter" in port.hear(20, until=b"for the prompt.")
            port.enter()
            assert "config.json" in port.value("__import__('os').listdir('/')")
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130


def test_a_terminal(tmp_path):
    ours, theirs = os.openpty()
    with ServedBoard(tmp_path / "board") as board:
        command = [sys.executable, "-m", "rill", "console", board.path]
        terminal = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
        heard = b""
        while b"exit this shell" not in heard:
            heard += os.read(ours, 1000)
        os.write(ours, b"6 * 7\r")
        while b"42" not in heard:
            heard += os.read(ours, 1000)
        os.write(ours, b"\x1d")
        assert terminal.wait(20) == 0
    os.close(ours)
    os.close(theirs)


def test_ctrl_c_again_and_again_leads_to_the_meter(tmp_path):
    tree = flashed_tree(tmp_path)
    with ServedBoard(tmp_path / "board", tree) as board, Port(board.path) as port:
        board.reset("power_on")
        assert port.hear(20, until=b"for the prompt.").endswith(b"for the prompt.")
        heard = b""
        while not heard.endswith(b">>> "):
            port.send(b"\x03")
            heard += port.hear(0.02)
        assert b"Traceback" not in heard
        port.enter()
        assert port.value("type(meter).__name__") == "Meter"


class _Usb:
    def __init__(self, device, vid, serial_number):
        self.device, self.vid, self.serial_number = device, vid, serial_number


def test_which_port():
    none = [_Usb("/dev/ttyS0", None, None)]
    one = [*none, _Usb("/dev/ttyUSB1", 0x10C4, "0001")]
    two = [*one, _Usb("/dev/ttyUSB0", 0x1A86, None)]
    assert find("/dev/ttyS7", lambda: two) == "/dev/ttyS7"
    assert find(None, lambda: one) == "/dev/ttyUSB1"
    with pytest.raises(NoPort, match="no board is plugged in"):
        find(None, lambda: none)
    with pytest.raises(TwoPorts, match="name the port of one:\n1  /dev/ttyUSB0  CH340\n2  "):
        find(None, lambda: two, ask=None)
    assert find(None, lambda: two, ask=lambda question: "2\n") == "/dev/ttyUSB1"
    with pytest.raises(TwoPorts, match="'3' is none of 1 to 2"):
        find(None, lambda: two, ask=lambda question: "3\n")
    with pytest.raises(NoPort, match="there is no port /dev/no"):
        Port("/dev/no")


def test_a_silent_board_is_an_error():
    ours, theirs = os.openpty()
    with Port(os.ttyname(theirs)) as port, pytest.raises(NoPrompt, match="rill doctor"):
        port.enter(wait_s=0.3)
    os.close(ours)
    os.close(theirs)
