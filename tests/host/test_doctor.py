"""Promise: `rill doctor` names the right cause for each of the boards that are broken here."""

import json
import os
import threading
import tty
from contextlib import contextmanager

import pytest

from rill.cable.doctor import diagnose
from rill.cable.port import Port
from rill.cable.sayings import of_meter
from rill.cable.served import ServedBoard
from rill.image import BUNDLE, ROOTS, build, build_trial, flashed

_RUN = "from firmware.app import run\n\nrun()\n"


@pytest.fixture(scope="module")
def meter():
    """The files of a meter in directory a, by their path."""
    image = build()
    files = {name: (image / name).read_bytes() for name in flashed(image)}
    at = {(name if name in ROOTS else f"a/{name}"): data for name, data in files.items()}
    return at | {"trial.mpy": build_trial(), "a/whole": b"0.1.0 0", "place": b"a"}


def _board(folder, files, **more):
    tree = folder / "tree"
    tree.mkdir()
    for name, data in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return ServedBoard(folder / "board", tree, **more)


def _cause(board, press=None):
    found = diagnose(board.path, press or (lambda text: board.reset("power_on")), patience_s=4)
    assert found.found and found.remedy
    return found.cause


def _longer(*values):
    return pytest.param(*values, marks=pytest.mark.prove)


def _torn(content):
    return content[:100_000]


def _cut(content):
    return content[: content.rindex(b"try:") + 12]


def _raising(content):
    return b"raise ValueError\n" + content


@pytest.mark.parametrize(
    "cause, changes, more",
    [
        ("well", {}, {}),
        ("old_image", {}, {"version": "1.20.0"}),
        ("wrong_image", {}, {"platform": "rp2", "machine": "Raspberry Pi Pico with RP2040"}),
        ("no_firmware", None, {}),
        ("broken_firmware", {f"a/{BUNDLE}": "no bundle"}, {}),
        ("half_deployed", {"a/whole": None, "place": "?"}, {}),
        ("broken_pointer", {"trial.mpy": None, "place": "\0\xff"}, {}),
        ("half_restored", {"restoring": "{}"}, {}),
        ("half_erased", {"erasing": "", "config.json": "{}"}, {}),
        ("on_trial", {"place": "a0"}, {}),
        ("half_deployed", {"main.py": None}, {}),
        ("broken_firmware", {"main.py": _cut}, {}),
        _longer("broken_firmware", {"main.py": "from firmware.app import run\n"}, {}),
        _longer("broken_firmware", {"main.py": _raising}, {}),
        _longer("broken_firmware", {"boot.py": _cut}, {}),
        _longer("half_deployed", {"main.py": "# not yet\n"}, {}),
        _longer("half_deployed", {"boot.py": None}, {}),
        _longer("broken_board", {"board.py": "from firmware.boards.none import x as board\n"}, {}),
        _longer("broken_board", {"board.py": "class board: BUTTON_PIN = 0\n"}, {}),
        _longer("broken_firmware", {f"a/{BUNDLE}": _torn}, {}),
        _longer("other_program", {"boot.py": "while True: pass\n"}, {}),
    ],
)
def test_boards_that_answer(tmp_path, meter, cause, changes, more):
    files = {"boot.py": ""} if changes is None else meter | changes
    files = {n: data(meter[n]) if callable(data) else data for n, data in files.items()}
    files = {name: data for name, data in files.items() if data is not None}
    with _board(tmp_path, files, **more) as board:
        # On a slow machine a meter that is well may be asleep again.
        assert _cause(board) in ((cause, "asleep") if cause == "well" else (cause,))


@pytest.mark.parametrize(
    "cause, program",
    [
        ("boot_loop", "import machine\nmachine.reset()\n"),
        ("other_program", "import time\nwhile True: time.sleep(1)\n"),
        pytest.param(
            "deaf_program",
            "import time\nwhile True:\n try: time.sleep(1)\n except KeyboardInterrupt: pass\n",
            marks=pytest.mark.prove,
        ),
    ],
)
def test_boards_with_another_program(tmp_path, cause, program):
    with _board(tmp_path, {"boot.py": "", "main.py": program}) as board:
        assert _cause(board) == cause


@pytest.mark.prove
def test_a_meter_that_sleeps(tmp_path, meter):
    with _board(tmp_path, meter) as board:
        assert board.wait_asleep()
        assert _cause(board) == "asleep"
        assert board.wait_asleep(), "the meter does not go on"


@pytest.mark.prove
def test_a_meter_in_safe_mode(tmp_path, meter):
    crash = "import firmware.cycle as c\ndef _begin(*a): raise ValueError\n"
    files = meter | {"main.py": crash + "c.Cycle._record_and_report = _begin\n" + _RUN}
    with _board(tmp_path, files) as board:
        for _ in range(4):
            assert board.wait_asleep()
            board.pass_time(3600)
        assert _cause(board, lambda text: board.press_button()) == "crashing"


@contextmanager
def _something_at_a_port(say):
    """No MicroPython at all: say() each 0.1 s."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    is_over = threading.Event()

    def speak():
        while not is_over.wait(0.1):
            os.write(ours, say)

    speaker = threading.Thread(target=speak)
    speaker.start()
    try:
        yield os.ttyname(theirs)
    finally:
        is_over.set()
        speaker.join()
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(
    "cause, words",
    [
        ("silent", b""),
        # A wake that was over before its prompt could open.
        _longer("no_prompt", b"\r\nfirmware a is on trial, 1 of 3\r\n"),
        pytest.param("not_micropython", b"Blinking LED 7\r\n", marks=pytest.mark.prove),
        pytest.param("speed", b"\x80\xf8\x00\xc7\xf0\xff\xe3", marks=pytest.mark.prove),
        ("no_image", b"\r\nrst:0x10 (RTCWDT_RTC_RESET)\r\ninvalid header: 0xffffffff\r\n"),
        pytest.param("power", b"\r\nBrownout detector was triggered\r\n", marks=pytest.mark.prove),
    ],
)
def test_things_that_are_no_meter(cause, words):
    with _something_at_a_port(words) as path:
        assert diagnose(path, lambda text: None, patience_s=1).cause == cause


def test_the_lines_of_a_meter_are_known_for_its_own():
    refused = "configuration refused: pulse_pin is 5; the last good one stays in force"
    heard = f"rst:0x5 (DEEPSLEEP_RESET)\r\n{refused}\r\nets Jul 29 2019 12:21:46\r\n".encode()
    assert of_meter(heard) == refused
    assert of_meter(b"Blinking LED 7\r\n-----\r\nstopped\r\n\xff\r\n") == ""


@pytest.mark.prove
def test_what_it_says_helps(tmp_path, meter, rill):
    wrong = "from firmware.boards.none import x as board\n"
    files = {name: data for name, data in meter.items() if name != "main.py"}
    with _board(tmp_path, files | {"board.py": wrong}) as board:
        assert _cause(board) == "half_deployed"
        status, _, said = rill("deploy", board.path)
        assert status == 2 and "--board NAME" in said and "generic_esp32" in said
        status, out, said = rill("deploy", board.path, "--board", "generic_esp32")
        assert status == 0, said
        assert "written anew: main.py, board.py" in out
        assert _cause(board) in ("well", "asleep")


@pytest.mark.prove
def test_a_boot_script_that_is_no_python_keeps_any_main_script_from_running(tmp_path, meter):
    """Also where the firmware lies in the root, and needs no boot.py."""
    root = {name.removeprefix("a/"): data for name, data in meter.items()}
    files = {name: data for name, data in root.items() if name not in ("place", "whole")}
    with _board(tmp_path, files | {"boot.py": _cut(files["boot.py"])}) as board:
        assert _cause(board) == "broken_firmware"


def test_ports_that_do_not_open(tmp_path):
    with ServedBoard(tmp_path / "board") as board:
        with Port(board.path) as port:
            port.enter()
            assert diagnose(board.path, print).cause == "busy"
        if os.geteuid() == 0:
            os.seteuid(65534)
            try:
                assert diagnose(board.path, print).cause == "denied"
            finally:
                os.seteuid(0)


@pytest.mark.parametrize("path", ["/dev/no-such-port", "/dev/null", __file__, "/tmp"])
def test_what_is_no_port(rill, path):
    status, out, _ = rill("doctor", path, "--json")
    assert status == 1 and json.loads(out)["cause"] == "no_port"
