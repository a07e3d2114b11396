"""Promise: a plumber can serve the meter with a terminal: commissioning ends with a proof, what is
typed wrong is said in a line, nothing is wider than 80 columns, and Ctrl-C changes nothing.
"""

import ast
import json
import os
import pty
import re
import select
import time
from array import array
from pathlib import Path

import pytest

from rill.board_process import Board
from rill.image import ROOT, build, build_board
from rill.interpreter import micropython
from rill.linked import configuration
from rill.modem.faults import Faults
from rill.modem.modem import Modem
from rill.probes import PINS, Probes, Water
from rill.torture.headend import HeadEnd
from rill.world import WORLD_BEGAN_S, World
from technician import Technician

_TRANSCRIPT = ROOT / "tests" / "transcripts" / "install.txt"
_COLUMNS = 80
_HEAP_BYTES = 200_000
_S = 1_000_000
_COMMANDS = [
    name
    for node in ast.parse((ROOT / "firmware/console/meter.py").read_text()).body
    if isinstance(node, ast.ClassDef)
    for name in (one.name for one in node.body if isinstance(one, ast.FunctionDef))
    if not name.startswith("_")
]


class Bench:
    """A meter that flows 1 L each 4 s, and who serves it. config: beside the broker's."""

    def __init__(self, folder: Path, config, *, hal="ports", heap_bytes=_HEAP_BYTES, **world):
        self.world = World(array("q", range(5 * _S, 4000 * _S, 4 * _S)), **world)
        self.board = Board(
            folder, build(), build_board(), self.world, hal=hal, heap_bytes=heap_bytes
        )
        self.technician = Technician(self.board, folder)
        self.configure(config)

    def configure(self, config):
        (self.board.flash / "config.json").write_text(json.dumps(config))

    def first(self, *steps):
        """From power-on; what is shown."""
        ending, shown = self.technician.does("Ctrl-C at once", "main.py", *steps, cause="power_on")
        assert ending.kind == "prompt", shown
        _is_narrow(shown)
        return shown

    def then(self, *steps):
        shown = self.technician.types(*steps)
        _is_narrow(shown)
        return shown

    def kept(self):
        """What a loss of power leaves: files, and what counts in non-volatile storage."""
        files = {p.name: p.read_bytes() for p in self.board.flash.glob("*.json")}
        return files, self.board.nvs()

    def events(self):
        """What meter.events() says, without dates."""
        lines = self.then("meter.events(600)").splitlines()
        return [line[18:].strip() for line in lines if re.match(r"[0-9b].{16} +[0-9]+ ", line)]


def _is_narrow(shown):
    assert [line for line in shown.splitlines() if len(line) > _COLUMNS] == []


@pytest.fixture
def head_end():
    with HeadEnd() as head_end:
        yield head_end


def _config(head_end, **more):
    return {
        "broker_host": "127.0.0.1", "broker_port": head_end.port, "wifi_ssid": "bench",
        "timezone_min": 480, **more,
    }  # fmt: skip


@pytest.mark.parametrize("hal", ["ports", pytest.param("chip", marks=pytest.mark.prove)])
def test_commissioning_from_first_power_to_an_acknowledged_report(tmp_path, head_end, hal):
    """With a wrong answer to each question; and the broker has what the summary says."""
    bench = Bench(tmp_path, _config(head_end), hal=hal)
    shown = bench.first(
        'meter.set_code("4711")', "> ", "> A. Miller",
        "meter.install()",
        "> m 1", "> " + 40 * "m", "> ", "> m-0001",
        "> twelve", "> -1", "> 12.3456789", "> 12,345",
        "> 12.335", "> maybe", "> y", "> 12.340",
        "meter",
    )  # fmt: skip
    shown = shown.replace(f"127.0.0.1:{head_end.port}", "127.0.0.1:1883")
    assert shown == _TRANSCRIPT.read_text()
    rows = head_end.book.rows
    body = [row for (_, stream, _), row in rows.items() if stream == "events" and row[0] == 12]
    assert body and {row[3] for row in body} == {"A. Miller"}
    assert any(stream == "readings" for _, stream, _ in rows)


def test_commissioning_that_fails_says_so(tmp_path):
    bench = Bench(tmp_path, {"device": "m-1", "broker_host": "127.0.0.1", "broker_port": 9})
    shown = bench.first(
        'meter.sign_in("A. Miller")', "meter.install()",
        "> m-2", "> m-1", "> 1", "> 1.005", "> n",
    )  # fmt: skip
    assert "this board is m-1, not m-2" in shown
    assert "\nNOT COMMISSIONED\n" in shown and "\nCOMMISSIONED\n" not in shown
    assert "The broker can't be reached" in " ".join(shown.split())
    assert "NOT COMMISSIONED" in bench.then(
        'meter.sign_in("A. Miller")', "meter.install()", "> m-1", "> 2", "> 2.300", "> n"
    )


@pytest.mark.prove
@pytest.mark.parametrize("model", ["bc66", "sim7020"])
def test_commissioning_over_a_modem_in_the_memory_of_a_chip(tmp_path, head_end, model):
    """210,000 bytes, of which the script that types takes 8,000."""
    modem = Modem(
        model, seed=1, faults=Faults("", 1, 0), began_s=WORLD_BEGAN_S, has_supply_pin=True,
        peer=lambda host, port: ("127.0.0.1", head_end.port),
    )  # fmt: skip
    config = {**configuration(model), "broker_port": head_end.port, "device": "m-0001"}
    bench = Bench(tmp_path, config, modem=modem, heap_bytes=210_000)
    shown = bench.first(
        'meter.sign_in("A")', "meter.install()", "> m-0001", "> 1", "> 1.005", "meter.link()"
    )
    assert "\nCOMMISSIONED\n" in shown, shown
    assert re.search(r"signal: passed, -\d+ dBm", shown) and "power saving: T3324" in shown


def test_a_sensor_that_is_counted_awake_goes_on_at_the_prompt(tmp_path):
    bench = Bench(tmp_path, {"pulse_sensor": "hall"}, sensor="hall")
    shown = bench.first("wait 60", "meter.watch(8)", "meter.test()")
    assert re.search(r"2\.0 L in 2 pulses", shown)
    assert "counter: passed" in shown and "counting in sleep" not in shown


def test_help_fits_a_screen_and_names_every_command(tmp_path):
    bench = Bench(tmp_path, {})
    shown = bench.first("meter.help()").split(">>> meter.help()\n")[1]
    assert len(shown.splitlines()) <= 23  # and the prompt
    for name in _COMMANDS:
        assert f".{name}(" in shown or name in ("status", "help"), name


def test_wrong_arguments_are_said_with_an_example(tmp_path):
    bench = Bench(tmp_path, {})
    wrong = {
        'status(1)': "takes nothing",
        "watch(-1)": "0 or more",
        'watch("x")': "whole number",
        "set()": "reading_m3 is missing",
        "set(12.5, 3)": "takes reading_m3",
        "set(reading=1)": "not one of its arguments",
        "set(1, reading_m3=2)": "given twice",
        "set(None)": "number of m3",
        "set(-1)": "0 to 9999999",
        "set(12345.678)": '"12345.678"',
        'set("12 m3")': "type 1234.567",
        'set(float("inf"))': "0 to 9999999",
        "hand_over()": "odometer_m3 is missing",
        "send_again(1.5)": "whole number",
        "events(0)": "1 or more",
        "export(days=0)": "1 or more",
        "config(5)": "text in quotes",
        'config("xyz")': "no setting",
        "configure()": "at least one",
        "configure(5)": "at least one",
        "configure(slot_s=5)": "must be 60 to 3600",
        "configure(pulse_pin=5)": "coprocessor can't read",
        "configure(nonsense=5)": "not a setting",
        'calibrate_tds("1413")': "must be a number",
        "calibrate_tds(1413)": "tds_pin is not set",
        "calibrate_turbidity(800)": "turbidity_pin is not set",
        "calibrate_clear_water()": "turbidity_pin is not set",
        "change_filter()": "not in a purifier",
        "change_filter(1)": "takes nothing",
        "sign_in(1)": "text in quotes",
        "set_code(4711)": "text in quotes",
        'set_code("1")': "4 or more",
        "read(1)": "takes nothing",
        "test(1)": "takes nothing",
        "report()": "no broker is set",
        "report(1)": "takes nothing",
        "link(1)": "takes nothing",
        "alarms(1)": "takes nothing",
        "energy(1)": "takes nothing",
        "install(1)": "takes nothing",
        "erase(1)": "takes nothing",
        "sleep(1)": "takes nothing",
        "help(1)": "takes nothing",
        "events(True)": "whole number",
        'set_code()': "new is missing",
    }  # fmt: skip
    assert {text.split("(")[0] for text in wrong} == set(_COMMANDS)
    shown = bench.first('meter.sign_in("A. Miller")', *(f"meter.{text}" for text in wrong))
    said = shown.split(">>> meter.")[2:]
    assert "Traceback" not in shown
    for (_, reason), answer in zip(wrong.items(), said, strict=True):
        assert reason in " ".join(answer.split()), answer
    assert bench.kept()[0] == {"config.json": b"{}"}


def test_the_whole_console_is_narrow_and_speaks_of_probes(tmp_path, head_end):
    """Also what the firmware below prints: a broker whose certificate can't be checked."""
    config = _config(head_end, device="m-0001", broker_tls=1, **PINS)
    probes = Probes(water=Water(), faults=[("turbidity_open", 0, 10_000)])
    bench = Bench(tmp_path, config, probes=probes)
    shown = bench.first(
        "meter", "meter.read()", "meter.watch()", "> key", "meter.watch(2)", "meter.test()",
        "meter.link()", "meter.events()", "meter.export()", "meter.config()",
        'meter.config("tds")', "meter.alarms()", "meter.energy()", "meter.report()",
    )  # fmt: skip
    assert "probe thermometer: passed" in shown and "probe tds: passed" in shown
    assert "broker.der" in shown and "Traceback" not in shown
    assert re.search(r"^ +2 +\d+ +\d+\.\d +\d+ +0\.0\d\d m3$", shown, re.M)
    assert re.search(r"^1,\d*,\d+,0,\d+,\d+,\d+$", shown, re.M)


def test_the_code_is_asked_for_and_who_has_changed_something_is_told(tmp_path):
    bench = Bench(tmp_path, {})
    first = bench.first('meter.set_code("4711")', "> A. Miller", "meter.set(1)")
    assert "No installer code is set" in first and "it is 1.000 m3" in first
    kept = b"".join(bench.board.nvs().values())
    assert b"4711" not in kept and "installer1" in bench.board.nvs()
    refused = bench.then("meter.set(2)", "> B. Smith", "> 1", "> 2", "> 3", "meter.set(3)", "> ^C")
    assert refused.count("not the installer code") == 3 and "it is 2" not in refused
    assert "it is 4.000 m3" in bench.then("meter.set(4)", "> B. Smith", "> 47", "> 4711")
    assert "slot_s is set, by C" in bench.then(
        'meter.sign_in("C", "4711")', "meter.configure(slot_s=900)"
    )
    said = [line for line in bench.events() if re.match("(12|5) ", line)]
    assert said == [
        "12 the body reading was set by A. Miller",
        "12 the body reading was set by B. Smith",
        "5 setting slot_s by C: 3600 became 900",
        "5 setting changed_by by C: another text",
    ]


def test_counting_and_readings_go_on_and_an_idle_console_sleeps(tmp_path):
    bench = Bench(tmp_path, {"slot_s": 300})
    shown = bench.first("wait 320", "meter.read()", "wait 330", "meter.export()", "wait 535")
    rows = [line.split(",") for line in shown.splitlines() if re.match(r"\d,", line)]
    assert [int(row[2]) // 3000 for row in rows] == [0, 24, 49]
    assert "goes back to sleep" not in shown
    began_us = bench.world.now_us
    begun = "meter = __import__('firmware.console.start', None, None, ('run',)).run()"
    ending, shown = bench.technician.does(begun, "meter.install()", "wait 400", "> A", "wait 900")
    assert ending.kind == "sleep" and ending.sleep_ms == 1000
    assert shown.index("in a minute") < shown.index("Nobody is here")
    assert 998 <= (bench.world.now_us - began_us) // _S <= 1010
    bench.world.sleep_until(bench.world.wakes_us(1000))
    assert bench.board.wake("timer").kind == "sleep"
    assert not any("wakes in a row" in line for line in bench.events())
    litres = (bench.world.now_us - 5 * _S) // (4 * _S)
    assert abs(int(re.search(r"(\d+) mL", bench.then("meter.read()"))[1]) // 1000 - litres) <= 2


def test_ctrl_c_anywhere_in_a_wake_opens_a_sound_prompt(tmp_path):
    for n in (5, 40, 90, 130, 150, 180):
        folder = tmp_path / str(n)
        folder.mkdir()
        bench = Bench(folder, {}, heap_bytes=None)
        ending, shown = bench.technician.does(
            f"Ctrl-C after {n}", "main.py", "meter", "meter.set(5)", "> A", cause="power_on"
        )
        assert ending.kind == "prompt", shown
        assert "all is well" in shown or "1 things are wrong" in shown, shown
        assert "it is 5.00" in shown and "Traceback" not in shown
        bench.world.now_us += _S
        assert bench.board.wake("timer").kind == "sleep"
        assert not any("wakes in a row" in line for line in bench.events())


def test_ctrl_c_in_a_change_leaves_the_old_or_the_new(tmp_path):
    bench = Bench(tmp_path, {"device": "m"}, heap_bytes=None)
    bench.first('meter.sign_in("A")', "meter.set(1)")
    seen = set()
    for n in range(1, 80, 8):
        twin = bench.board.copied(tmp_path / "twin", bench.world.copied())
        technician = Technician(twin, tmp_path / "twin")
        shown = technician.types(
            'meter.sign_in("A")', f"Ctrl-C after {n}", "meter.set(7)", "meter.read()"
        )
        assert "Traceback" not in shown, shown
        body = re.search(r"meter body +(\d)\.\d\d\d m3", shown)[1]
        told = technician.types("meter.events()").count("body reading was set")
        assert (body, told) in (("1", 1), ("7", 2)), shown
        seen.add(body)
    assert "7" in seen


def test_ctrl_c_ends_what_waits_and_changes_nothing(tmp_path):
    bench = Bench(tmp_path, {"device": "m-1"})
    bench.first('meter.sign_in("A")')
    files, nvs = bench.kept()
    shown = bench.then(
        "Ctrl-C after 60", "meter.watch()", 'meter.sign_in("A")',
        "meter.erase()", "> ^C", "meter.install()", "> ^C",
        "meter.set_code('1234')", "meter.read()",
    )  # fmt: skip
    assert shown.count("\nstopped") == 3 and "Traceback" not in shown
    assert bench.kept()[0] == files and "installer1" in bench.kept()[1]
    assert "installer1" not in nvs


def test_erasing_keeps_the_odometer_alone(tmp_path, head_end):
    bench = Bench(tmp_path, _config(head_end, device="m-0001"))
    (bench.board.flash / "command.key").write_text("00" * 32)
    (bench.board.flash / "client.key").write_text("x")
    bench.first(
        'meter.sign_in("A")', "meter.set(5)", 'meter.set_code("4711")', "wait 60", "meter.report()"
    )
    shown = bench.then(
        'meter.sign_in("B", "4711")', "meter.erase()", "> 0002", "meter.read()",
        "meter.erase()", "> 0001", "meter", "meter.set(6)", "meter.events()", "meter.export()",
    )  # fmt: skip
    assert "nothing has changed" in shown and "Erased." in shown
    before = float(re.search(r"The odometer stays at ([\d.]+) m3", shown)[1])
    after = float(re.search(r"The odometer is ([\d.]+) m3", shown)[1])
    assert 0 < before <= after < before + 0.01, shown
    assert {p.name for p in bench.board.flash.iterdir() if p.is_file()} == {
        "boot.py", "main.py", "board.py",
    }  # fmt: skip
    assert "No installer code is set" not in shown.split("Erased")[0]
    assert "m-0001" not in shown.split("Erased")[1]
    assert len(bench.board.nvs()["installer1"]) == 1
    bench.board.lose_power(3)
    again = bench.first("meter.read()", "meter.events()")
    assert float(re.search(r"odometer +([\d.]+) m3", again)[1]) >= after
    assert re.search(r"meter body +6\.\d\d\d m3", again)


def test_a_button_held_for_three_seconds_asks_for_the_prompt(tmp_path):
    """And the LED says how the meter is: a long flash knows nothing, a short one is well."""
    bench = Bench(tmp_path, {})
    text = (ROOT / "firmware/boards/generic_esp32.py").read_text()
    board = text.replace("LED_PIN = None", "LED_PIN = 23")
    (bench.board.flash / "led.py").write_text(board)
    (bench.board.flash / "board.py").write_text("import led as board\n")
    levels = []
    told = bench.world._lines._changed
    bench.world._lines._changed = lambda pin, level: (
        levels.append((bench.world.now_us, level)) if pin == 23 else told(pin, level)
    )

    def press(held_s, *steps):
        levels.clear()
        bench.world.probes.faults = [("button", bench.world.now_us // _S, held_s)]
        return bench.technician.does("main.py", *steps, cause="button")

    assert bench.board.wake("power_on").kind == "sleep"
    (_, began), (ended_us, _) = levels[-2:]
    assert len(levels) == 3 and ended_us - levels[1][0] >= 1_500_000
    ending, shown = press(2)
    assert ending.kind == "sleep" and "Service" not in shown
    assert sum(level for _, level in levels) == 1
    began_us = bench.world.now_us
    ending, shown = press(30)  # and nobody comes
    assert ending.kind == "sleep" and "Service: press a key" in shown
    assert 62 <= (bench.world.now_us - began_us) // _S <= 70
    assert sum(level for _, level in levels) > 50
    ending, shown = press(30, "> key", "meter")
    assert ending.kind == "prompt" and "\nmeter  " in shown


def test_what_the_laptop_reads_is_json(tmp_path, head_end):
    bench = Bench(tmp_path, _config(head_end, device="m-0001"))
    _, shown = bench.technician.does(
        "from firmware.console import laptop", "laptop.status()", "laptop.selftest()",
        "laptop.sign_in('A')",
    )  # fmt: skip
    found = [json.loads(line) for line in shown.splitlines() if line.startswith("{")]
    assert (found[0]["device"], found[0]["firmware"]) == ("m-0001", "0.1.0")
    assert [one["what"] for one in found[1:-1]][-1] == "broker"
    assert all(one["passed"] in (True, None) for one in found[1:-1])
    assert found[-1] == {"signed_in": True}


def test_tab_completes_the_commands_alone(tmp_path):
    """In the real prompt of the interpreter."""
    shown = _typed(
        b"import sys\rsys.path[:] = ['%s']\r" % str(build()).encode()
        + b"from firmware.console.meter import Meter\rmeter = Meter(None)\rmeter.\t",
        "help",
    )
    listed = set(shown.rsplit("meter.", 2)[1].split()) - {">>>"}
    assert listed == set(_COMMANDS)


def _typed(keys: bytes, until: str) -> str:
    """What a terminal shows of the interpreter behind these keys."""
    process, terminal = pty.fork()
    if not process:
        command = micropython()
        os.execvp(command[0], command)
    shown, deadline = b"", time.monotonic() + 20
    try:
        os.write(terminal, keys)
        while until.encode() not in shown.rsplit(b"Meter(None)", 1)[-1]:
            assert select.select([terminal], [], [], deadline - time.monotonic())[0], shown
            shown += os.read(terminal, 4096)
        while select.select([terminal], [], [], 0.3)[0]:
            shown += os.read(terminal, 4096)
    finally:
        os.close(terminal)
        os.waitpid(process, 0)
    return shown.decode()
