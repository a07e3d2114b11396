"""Promise: commissioning ends when the meter has proved that it counts and reports, or says so."""

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
    """214,000 bytes, of which the script that types takes 8,000."""
    modem = Modem(
        model, seed=1, faults=Faults("", 1, 0), began_s=WORLD_BEGAN_S, has_supply_pin=True,
        peer=lambda host, port: ("127.0.0.1", head_end.port),
    )  # fmt: skip
    config = {**configuration(model), "broker_port": head_end.port, "device": "m-0001"}
    bench = Bench(tmp_path, config, modem=modem, heap_bytes=214_000)
    shown = bench.first(
        'meter.sign_in("A")', "meter.install()", "> m-0001", "> 1", "> 1.005", "meter.link()"
    )
    assert "\nCOMMISSIONED\n" in shown, shown
    assert re.search(r"signal: passed, -\d+ dBm", shown) and "power saving: T3324" in shown
    assert modem.wire.dozes == 0  # the keys of who is there would be lost
