"""Promise: commissioning ends when the meter has proved that it counts and reports, or says so."""

import json
import re

import pytest

from attended import Bench, reporting
from rill.image import ROOT
from rill.linked import configuration
from rill.modem.faults import Faults
from rill.modem.modem import Modem
from rill.world import WORLD_BEGAN_S

_TRANSCRIPT = ROOT / "tests" / "transcripts" / "install.txt"


@pytest.mark.parametrize("hal", ["ports", pytest.param("chip", marks=pytest.mark.prove)])
def test_commissioning_from_first_power_to_an_acknowledged_report(tmp_path, head_end, hal):
    """With a wrong answer to each question; and the broker has what the summary says."""
    bench = Bench(tmp_path, reporting(head_end), hal=hal)
    shown = bench.first('meter.set_code("4711")', "> ", "> Office")
    shown += bench.then(
        "meter.install()",
        "> ", "> " + 21 * "M", "> A. Miller", "> 0815", "> 4711",
        "> m 1", "> " + 40 * "m", "> ", "> m-0001",
        "> twelve", "> -1", "> 12.3456789", "> 12345678", "> 12,345",
        "> much", "> 12.335", "> 12.336", "> maybe", "> y",
        "> 12.350", "> 12.345", "> 12.355",
        "meter",
    )  # fmt: skip
    shown = shown.replace(f"127.0.0.1:{head_end.port}", "127.0.0.1:1883")
    assert shown == _TRANSCRIPT.read_text()
    rows = head_end.book.rows
    body = [row for (_, stream, _), row in rows.items() if stream == "events" and row[0] == 12]
    assert [row[3] for row in body] == ["A. Miller"]
    assert any(stream == "readings" for _, stream, _ in rows)


def test_commissioning_that_fails_says_so(tmp_path):
    bench = Bench(tmp_path, {"device": "m-1", "broker_host": "127.0.0.1", "broker_port": 9})
    shown = bench.first(
        'meter.sign_in("A. Miller")', "meter.install()",
        "> m-2", "> m-1", "> 1", "> 1.005", "> perhaps", "> y", "> n",
    )  # fmt: skip
    assert "this board is m-1, not m-2" in shown
    assert "\nNOT COMMISSIONED\n" in shown and "\nCOMMISSIONED\n" not in shown
    assert "The broker can't be reached" in " ".join(shown.split())
    shown = bench.then(
        'meter.sign_in("A. Miller")', "meter.install()",
        "> m-1", "> 2", "> 2.300", "> 2.300", "> n", "meter.read()",
    )  # fmt: skip
    assert "NOT COMMISSIONED" in shown and "water test         FAILED" in shown
    assert re.search(r"^meter body  1\.0\d\d m3", shown, re.M)  # what the first one had set


def test_a_meter_that_counts_four_tenths_wrong_is_not_commissioned(tmp_path):
    """Of five litres a pulse and a litre are as much as that: it asks for ten. A right one whose
    first litres are rounded badly passes with them.
    """
    bench = Bench(tmp_path, {"device": "m-1"}, heap_bytes=None)
    install = ("meter.install()", "> m-1", "> 1")
    bench.first('meter.sign_in("A")')
    shown = bench.then(
        'meter.sign_in("A")',
        *install, "> 1.003", "> 1.006", "> 1.006", "> n",
        *install, "> 1.007", "> 1.014", "> 1.014", "> n",
        *install, "> 1.003", "> 1.009", "> n",
    )  # fmt: skip
    verdicts = [part.split("5 of 6")[0] for part in shown.split(">>> meter.install()")[1:]]
    assert all("10 L and 10 pulses at least" in one for one in verdicts)
    assert shown.count("water test         FAILED") == 2
    assert "water test         register 9 L, counted 10 L" in shown


def test_commissioning_that_is_left_before_the_water_has_proved_it_changes_nothing(tmp_path):
    """And behind it says what it has changed."""
    bench = Bench(tmp_path, {}, heap_bytes=None)
    bench.first('meter.sign_in("A")', "meter.set(1234.567)")
    files, told = bench.kept()[0], bench.events()
    answers = ["> m-1", "> 12", "> 99", "> 99", "> y"]
    left = [["meter.install()", *answers[:n], "> ^C"] for n in range(6)]
    left += [["meter.install()", *answers[:4], "> n"]]
    shown = bench.then('meter.sign_in("A")', *sum(left, []), "meter.read()")
    assert "Traceback" not in shown and shown.count("\nstopped") == 6
    assert shown.count("\nNOT COMMISSIONED") == 1 and "1234.592 m3, as before" in shown
    assert re.search(r"^meter body  1234\.592 m3", shown, re.M)  # and what has run meanwhile
    assert (bench.kept()[0], bench.events()) == (files, told)
    shown = bench.then(
        'meter.sign_in("A")', "meter.install()", "> m-1", "> 12", "> 12.005", "> ^C", "meter"
    )
    assert (
        "NOT COMMISSIONED. Serial number and reading stay as they are set now.\n\nstopped" in shown
    )
    assert re.search(r"^meter +m-1,", shown, re.M)
    assert re.search(r"^meter body +12\.00\d m3", shown, re.M)


def test_wi_fi_that_is_hardly_heard_is_not_commissioned(tmp_path, head_end):
    bench = Bench(tmp_path, reporting(head_end, device="m-1"))
    bench.world.wifi_dbm = -85
    shown = bench.first('meter.sign_in("A")', "meter.install()", "> m-1", "> 1", "> 1.005", "> n")
    assert "signal: FAILED, -85 dBm (-80 dBm or more)" in shown
    assert "broker: passed, acknowledged" in shown and "\nNOT COMMISSIONED\n" in shown


# As a day of failures leaves it, which takes a minute of real time.
_SPENT = (
    "from firmware.console.start import opened",
    "from firmware.storage.modem_state import ModemState",
    "known = ModemState(opened().retained)",
    "known.day = opened().uptime_or_unix_s() // 86400",
    "from firmware.core.radio import ALARM_MJ, DAY_MJ",
    "known.spent_mj, known.alarm_mj = DAY_MJ, ALARM_MJ",
    "known.keep(); opened().commit()",
)


@pytest.mark.prove
def test_a_meter_that_may_not_report_any_more_today_is_not_commissioned(tmp_path, head_end):
    bench = _over_modem(tmp_path, "bc66", head_end, heap_bytes=None)
    install = ('meter.sign_in("A")', "meter.install()", "> m-0001", "> 1", "> 1.005")
    _, shown = bench.technician.does(
        "Ctrl-C at once", "main.py", *_SPENT, "from firmware.console import laptop",
        "laptop.selftest()", "meter.test()", cause="power_on",
    )  # fmt: skip
    assert "\n1 FAILED\n" in shown and "all passed" not in shown
    lines = [json.loads(line) for line in shown.splitlines() if line.startswith("{")]
    assert [(line["what"], line["passed"]) for line in lines][-5:] == [
        ("modem", None), ("SIM", None), ("network", None), ("signal", None), ("broker", False),
    ]  # fmt: skip
    assert "once the cell was out for 10 s" in lines[-1]["remedy"]
    shown = bench.then(*install, "> n")
    assert "\nNOT COMMISSIONED\n" in shown and "\nCOMMISSIONED\n" not in shown
    bench.board.lose_power(1)
    assert "\nCOMMISSIONED\n" in bench.first(*install)


def test_what_a_report_did_not_come_to_is_open(tmp_path, head_end):
    bench = Bench(tmp_path, reporting(head_end), outages_s=[(0, 10_000)])
    shown = bench.first("meter.test()")
    assert "Wi-Fi: FAILED, fault 21" in shown and "\n1 FAILED\n" in shown
    assert "signal: open, not tried" in shown and "broker: open, not tried" in shown
    (tmp_path / "modem").mkdir()
    faults = Faults(["sim_absent"], 1, 10**15, windows={"sim_absent": [(0, 10**15)]})
    bench = _over_modem(tmp_path / "modem", "bc66", head_end, heap_bytes=None, faults=faults)
    shown = bench.first("meter.test()")
    assert "modem: passed" in shown and "SIM: FAILED" in shown and "\n1 FAILED\n" in shown
    assert all(f"{what}: open" in shown for what in ("network", "signal", "broker"))


def _over_modem(tmp_path, model, head_end, heap_bytes, faults=None):
    modem = Modem(
        model, seed=1, faults=faults or Faults("", 1, 0), began_s=WORLD_BEGAN_S,
        has_supply_pin=True, peer=lambda host, port: ("127.0.0.1", head_end.port),
    )  # fmt: skip
    config = {**configuration(model), "broker_port": head_end.port, "device": "m-0001"}
    return Bench(tmp_path, config, modem=modem, heap_bytes=heap_bytes)


@pytest.mark.prove
@pytest.mark.parametrize("model", ["bc66", "sim7020"])
def test_commissioning_over_a_modem_in_the_memory_of_a_chip(tmp_path, head_end, model):
    """214,000 bytes, of which the script that types takes 8,000."""
    bench = _over_modem(tmp_path, model, head_end, heap_bytes=214_000)
    shown = bench.first(
        'meter.sign_in("A")', "meter.install()", "> m-0001", "> 1", "> 1.005", "meter.link()"
    )
    assert "\nCOMMISSIONED\n" in shown, shown
    assert re.search(r"signal: passed, -\d+ dBm", shown) and "power saving: T3324" in shown
    assert bench.world.modem.wire.dozes == 0  # the keys of who is there would be lost
