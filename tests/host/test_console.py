"""Promise: a plumber can serve the meter with a terminal: what is typed wrong is said in a line,
nothing is wider than 80 columns, who changes something is told, and a forgotten prompt sleeps.
"""

import json
import os
import pty
import re
import select
import signal
import time

from attended import Bench, S, reporting
from rill.fields import commands
from rill.image import build
from rill.interpreter import micropython
from rill.probes import PINS, Probes, Water
from technician import BEGUN

_COMMANDS = commands()


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
        'set("12345678")': "0 to 9999999",
        "set(1234,567)": 'meter.set(reading_m3="01234,567")',
        "hand_over()": "odometer_m3 is missing",
        'hand_over("12345678901234")': "0 to 9999999",
        "send_again(1.5)": "whole number",
        "send_again(10**20)": "is acknowledged yet",
        "events(0)": "1 or more",
        "export(days=0)": "1 or more",
        "config(5)": "text in quotes",
        'config("xyz")': "no setting",
        "configure()": "at least one",
        "configure(5)": "at least one",
        "configure(slot_s=5)": "must be 60 to 3600",
        "configure(pulse_pin=5)": "coprocessor can't read",
        "configure(nonsense=5)": "not a setting",
        "configure(slot_s=object())": "whole number or a text in quotes. For example",
        'configure(slot_s=float("nan"))': "whole number or a text in quotes. For example",
        'calibrate_tds("1413")': "must be a number",
        'calibrate_tds(float("nan"))': "must be a number. For example",
        'calibrate_turbidity(float("inf"))': "must be a number. For example",
        "calibrate_tds(1413)": "tds_pin is not set",
        "calibrate_turbidity(800)": "turbidity_pin is not set",
        "calibrate_clear_water()": "turbidity_pin is not set",
        "change_filter()": "not in a purifier",
        "change_filter(1)": "takes nothing",
        "new_cell(1)": "takes nothing",
        "sign_in(1)": "text in quotes",
        "set_code(4711)": "text in quotes",
        'set_code("1")': "4 or more",
        'set_code(" 4711")': "no spaces at its ends",  # nobody could type it at the question
        'set_code("47\\t11")': "no control characters",
        'sign_in("a\\nb")': "without control characters",
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


def test_a_command_without_brackets_and_one_that_is_none_are_said(tmp_path):
    bench = Bench(tmp_path, {})
    shown = bench.first(
        "meter.watch", "try: meter.reed()\nexcept AttributeError as error: print(error)"
    )
    assert ">>> meter.watch\nit runs with brackets: meter.watch()\n" in shown
    assert "\nthere is no meter.reed: meter.help() lists all\n" in shown


def test_the_whole_console_is_narrow_and_speaks_of_probes(tmp_path, head_end):
    """Also what the firmware below prints: a broker whose certificate can't be checked."""
    config = reporting(head_end, device="m-0001", broker_tls=1, **PINS)
    probes = Probes(water=Water(), faults=[("tds_always_on", 0, 10_000)])
    bench = Bench(tmp_path, config, probes=probes)
    shown = bench.first(
        "meter", "meter.read()", "meter.watch()", "> key", "meter.watch(2)", "meter.test()",
        "meter.link()", "meter.events()", "meter.export()", "meter.config()",
        'meter.config("tds")', "meter.alarms()", "meter.energy()", "meter.report()",
    )  # fmt: skip
    assert "probe thermometer: passed" in shown and "probe tds: passed" in shown
    assert re.search(r"^probe tds supply: FAILED, \d+ mV switched off", shown, re.M)
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
        "5 setting installer_code by A. Miller: another text",
        "12 the body reading was set by A. Miller",
        "12 the body reading was set by B. Smith",
        "5 setting slot_s by C: 3600 became 900",
        "5 setting changed_by by C: another text",
    ]


def test_whatever_changes_something_asks_for_the_code(tmp_path):
    bench = Bench(tmp_path, {"device": "m-1"}, heap_bytes=None)
    bench.first('meter.set_code("4711")', "> A. Miller")
    (files, nvs), told = bench.kept(), bench.events()
    changes = (
        "set(1)", "hand_over(1)", "send_again(1)", "new_cell()", "configure(slot_s=900)",
        "calibrate_clear_water()", "calibrate_tds(1413)", "calibrate_turbidity(800)",
        'set_code("")', "erase()", "install()",
    )  # fmt: skip
    shown = bench.then(
        *(step for one in changes for step in (f"meter.{one}", "> B. Smith", "> ^C"))
    )
    assert shown.count("Installer code: ^C\n\nstopped\n") == len(changes)
    assert (bench.kept()[0], bench.events()) == (files, told)
    assert bench.kept()[1]["installer1"] == nvs["installer1"]


def test_an_odometer_is_handed_over_when_both_values_were_seen(tmp_path):
    bench = Bench(tmp_path, {"device": "m-1"})
    shown = bench.first(
        'meter.sign_in("A")', "meter.hand_over(98765)", "> 98765", "> n", "meter.read()",
        "meter.hand_over(98.765)", "> y",
    )  # fmt: skip
    assert "odometer: it is 0.000 m3, it would be 98765.000 m3" in shown
    assert "odometer    0.000 m3" in shown and "odometer: 98.765 m3" in shown
    assert [line for line in bench.events() if line.startswith("13 ")] == [
        "13 this board follows another one: A"
    ]


def test_counting_and_readings_go_on_and_an_idle_console_sleeps(tmp_path):
    bench = Bench(tmp_path, {"slot_s": 300})
    shown = bench.first("wait 320", "meter.read()", "wait 330", "meter.export()", "wait 535")
    rows = [line.split(",") for line in shown.splitlines() if re.match(r"\d,", line)]
    assert [int(row[2]) // 3000 for row in rows] == [0, 24, 49]
    assert "goes back to sleep" not in shown
    began_us = bench.world.now_us
    ending, shown = bench.technician.does(BEGUN, "meter.install()", "wait 400", "> A", "wait 900")
    assert ending.kind == "sleep" and ending.sleep_ms == 1000
    assert shown.index("in a minute") < shown.index("Nobody is here")
    assert 998 <= (bench.world.now_us - began_us) // S <= 1010
    bench.world.sleep_until(bench.world.wakes_us(1000))
    assert bench.board.wake("timer").kind == "sleep"
    assert not any("wakes in a row" in line for line in bench.events())
    litres = (bench.world.now_us - 5 * S) // (4 * S)
    assert abs(int(re.search(r"(\d+) mL", bench.then("meter.read()"))[1]) // 1000 - litres) <= 2


def test_what_the_laptop_reads_is_json(tmp_path, head_end):
    bench = Bench(tmp_path, reporting(head_end, device="m-0001"))
    _, shown = bench.technician.does(
        "from firmware.console import laptop", "laptop.status()", "laptop.selftest()",
        "laptop.set_code('4711', 'A')", "laptop.sign_in('B', '1')", "laptop.sign_in('B', '4711')",
        "laptop.would_be(b'{\"pulse_pin\": 5}', '')", "laptop.would_be(b'{}', '4712')",
        "laptop.would_be(b'{}', '4711')", "laptop.would_be(b' ' * 2049, '')",
    )  # fmt: skip
    found = [json.loads(line) for line in shown.splitlines() if line.startswith("{")]
    new, found = found[-4:], found[:-4]
    assert {(one["device"], one["is_configured"]) for one in new} == {("m-0001", True)}
    reasons = ("pulse_pin is 5", "it has another installer code", "", "config.json would have")
    for one, why in zip(new, reasons, strict=True):
        assert one["why"].startswith(why) and bool(one["why"]) == bool(why)
    assert (found[0]["device"], found[0]["firmware"]) == ("m-0001", "0.1.0")
    assert [one["what"] for one in found[1:-3]][-1] == "broker"
    assert all(one["passed"] in (True, None) for one in found[1:-3])
    assert [one["what"] for one in found[1:-3] if one["remedy"]] == ["counting in sleep"]  # open
    assert [one["done"] for one in found[-3:]] == [True, False, True]


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
        os.kill(process, signal.SIGKILL)  # who runs this may ignore that its terminal has gone
        os.waitpid(process, 0)
    return shown.decode()
