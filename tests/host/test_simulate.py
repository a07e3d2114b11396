"""Promises P1 and P2, a seeded sample: whatever happens, every pulse and record arrives once.

tests/prove runs the same at full numbers.
"""

import json
import socket
import ssl
from array import array

import pytest

from rill.board_process import BOARD_HEAP_BYTES, Board
from rill.broker import Broker, find_mosquitto
from rill.household import household
from rill.image import build, build_board
from rill.simulate import Run, Settings
from rill.trace import Trace, read_trace
from rill.verdict import is_sound
from rill.world import World
from unkind import FOREVER, ResetAt

needs_mosquitto = pytest.mark.skipif(not find_mosquitto(), reason="mosquitto is not installed")
ON_DEMAND = 8  # flag: at power-on, at the end
LINK, WIFI = 21, 21  # code of the event, and of the fault: not joined
TLS_HEAP_BYTES = 130_000  # TLS takes 35 to 45 kB of the same memory, outside of the heap
WAKE_FAILED, REPORTS_FAILED = 2, 11  # events


def settings(days=1, seed=1, **more) -> Settings:
    return Settings(trace=household(seed, days), days=days, seed=seed, **more)


def result(run: Run | Settings) -> dict:
    """The numbers of a run; every one of ours must be sound."""
    run = Run(run) if isinstance(run, Settings) else run
    numbers = run.result()
    assert is_sound(numbers, run.settings.pulse_ml), numbers
    return numbers


def test_quiet_days_arrive_once():
    n = result(settings(days=3))
    assert n["pulses_in"] == n["pulses_counted"] > 1000
    assert 0 <= n["ml_in"] - n["ml_reported"] < 1000
    assert n["records_unique"] == n["records_stored"] == 3 * 24 + 1
    assert n["records_lost"] == n["duplicates"] == 0
    assert n["events_unique"] == n["events_stored"] > 0
    assert n["reports"] == 3 * 4 + 1


@pytest.mark.prove
def test_the_readings_are_the_water_hour_by_hour():
    run = settings(days=2)
    rows = result(run)["readings"]
    times = [row["time_s"] for row in rows]
    assert times == sorted(times)
    pulses_us = run.trace.pulse_times_us(1000)
    at_slots = [row for row in rows if not row["flags"] & ON_DEMAND]
    assert len(at_slots) == 47
    for row in at_slots:
        slot_us = (row["time_s"] + 5 - 1767225600) // 3600 * 3600 * 1_000_000
        by_slot = sum(1 for at_us in pulses_us if at_us <= slot_us - 5_000_000)
        # A record is taken up to a few seconds before or after its slot.
        late = sum(1 for at_us in pulses_us if abs(at_us - slot_us) <= 5_000_000)
        assert by_slot <= row["odometer_ml"] // 1000 <= by_slot + late


@pytest.mark.parametrize("seed", [2, pytest.param(3, marks=pytest.mark.prove)])
def test_outage_and_resets_lose_nothing(seed):
    n = result(settings(4, seed, outages_s=((90000, 100000),), reset_every=5))
    assert n["records_unique"] == n["records_stored"] == 4 * 24 + 1
    assert n["events_unique"] == n["events_stored"] >= n["resets"] >= 4 * 24 // 5
    # Once, although every report of a day failed of it.
    assert [event["before"] for event in n["events"] if event["code"] == LINK] == [WIFI]


@pytest.mark.prove
def test_resets_in_the_middle_of_reports_bring_duplicates_that_are_removed():
    found = 0
    for seed in range(3, 6):
        n = result(settings(1, seed, report_s=3600, reset_every=2))
        assert n["records_unique"] == n["records_stored"] >= 25
        found += n["duplicates"]
    assert found > 0


def test_an_outage_at_power_on_leaves_readings_that_are_dated_later():
    n = result(settings(outages_s=((0, 20000),)))
    assert n["records_unique"] == n["records_stored"]
    rows = n["readings"]
    for i, row in enumerate(rows[:4]):
        assert row["flags"] & 64  # dated later
        assert abs(row["time_s"] - (1767225600 + 3600 * i)) < 10


def test_an_outage_longer_than_the_run_leaves_the_readings_in_the_journal():
    n = result(settings(outages_s=((0, FOREVER),)))
    assert n["records_received"] == n["records_acked"] == n["reports"] == 0
    assert n["records_pending"] == n["records_stored"] == 25
    assert n["pulses_in"] == n["pulses_counted"]


class Swallowed(Run):
    """From wake 5 to 12 the network takes every byte and gives none."""

    def before_wake(self, wake):
        self.network.blackhole = 5 <= wake < 12


@pytest.mark.prove
def test_a_network_that_swallows_everything_loses_nothing():
    n = result(Swallowed(settings(report_s=3600)))
    assert n["records_unique"] == n["records_stored"] == 25


@pytest.mark.parametrize(
    "rows",
    [
        [(0, 12_000), (86_400, 3000)],
        pytest.param([(3600, 3_000_000)], marks=pytest.mark.prove),
        [(10, 5000), (20, 5000)],
    ],
)
def test_water_of_the_very_first_seconds_counts(rows):
    step_s = rows[1][0] - rows[0][0] if len(rows) > 1 else 3600
    n = result(Settings(trace=Trace(rows, step_s), days=1))
    assert n["pulses_counted"] == sum(ml for _, ml in rows) // 1000


class BrokerDies(Run):
    """The broker is gone for good before wake 10."""

    def __init__(self, settings, broker):
        super().__init__(settings)
        self.theirs = broker

    def before_wake(self, wake):
        if wake == 10:
            assert self.collector.wait_for(lambda: self.collector.records_received >= 7, 10)
            self.theirs.close()


def test_a_broker_that_dies_leaves_the_readings_in_the_journal():
    with Broker.local() as broker:
        n = result(BrokerDies(settings(broker=f"mqtt://{broker.host}:{broker.port}"), broker))
    assert n["records_received"] == n["records_acked"] == 7
    assert n["records_pending"] == 25 - 7


@pytest.mark.parametrize("wake", [1, pytest.param(2, marks=pytest.mark.prove), 7])
@pytest.mark.parametrize(
    "crossing", [1, *(pytest.param(n, marks=pytest.mark.prove) for n in (17, 41)), FOREVER]
)
def test_a_reset_at_a_crossing_of_the_border_loses_nothing(wake, crossing):
    """Wake 1 is power-on, 2 only samples, 7 reports. Every crossing: tests/prove."""
    trace = Trace([(100 * n, 700) for n in range(1, 300)], 1)
    n = result(ResetAt(Settings(trace=trace, days=1, slot_s=3600), wake, crossing))
    assert n["resets"] == 1
    assert n["records_stored"] in (25, 26)  # a demand that was reset may be met twice


@pytest.mark.parametrize("reset_every", [pytest.param(0, marks=pytest.mark.prove), 3])
def test_a_day_on_the_flashed_hal(reset_every):
    n = result(settings(hal="chip", reset_every=reset_every))
    assert n["records_unique"] == n["records_stored"] >= 25


@pytest.mark.prove
def test_both_hals_report_the_same_readings():
    ports, chip = (result(settings(hal=hal))["readings"] for hal in ("ports", "chip"))
    keys = ("seq", "odometer_ml", "interval_ml", "flags")
    assert [[r[k] for k in keys] for r in ports] == [[r[k] for k in keys] for r in chip]


@pytest.mark.parametrize(
    "pulse_ml",
    [
        pytest.param(500, marks=pytest.mark.prove),
        1000,
        pytest.param(10_000, marks=pytest.mark.prove),
    ],
)
def test_a_real_household(recordings, pulse_ml):
    trace = read_trace(recordings / "house_a_14d.csv")
    expected = json.loads((recordings / "expected.json").read_text())["traces"]
    n = result(Settings(trace=trace, days=2, pulse_ml=pulse_ml))
    first_hours = expected["house_a_14d.csv"]["first_day_hourly_ml"]
    assert sum(first_hours) <= n["ml_in"]
    assert 0 <= n["ml_in"] - n["ml_reported"] < pulse_ml
    assert n["records_unique"] == n["records_stored"] == 49


_SPY = """
import sys
from firmware.hal.power import Power
def spied(end):
    def spy(*arguments):
        print("modules:", " ".join(sys.modules))
        end(*arguments)
    return spy
Power.deep_sleep_ms, Power.restart = spied(Power.deep_sleep_ms), spied(Power.restart)
from firmware import passing
passing.in_passing = lambda act: act()  # what was imported in passing is told, too
from firmware.app import run
run()
"""


def test_a_wake_that_only_samples_imports_no_network_code(tmp_path):
    """An import is battery. The first wake reports (in vain), the second has no reason to.

    And what counts and records shares no memory with the report.
    """
    world = World(array("q"), outages_s=((0, FOREVER),))
    board = Board(tmp_path, build(), build_board(), world, heap_bytes=200_000)
    (board.flash / "config.json").write_text('{"broker_host": "127.0.0.1", "report_s": 86400}')
    script = tmp_path / "spy.py"
    script.write_text(_SPY)
    imported = []
    for cause in ("power_on", "timer", "timer", "timer", "timer"):
        ending = board.wake(cause, scripts=(str(script),))
        world.now_us += ending.sleep_ms * 1000
        lines = board.console_end(1000).splitlines()
        lives = [set(line.split()) for line in lines if line.startswith("modules:")]
        imported.append(lives[sum(map(len, imported)) :])
    network = {"umqtt.simple", "firmware.report", "firmware.uplink.session", "firmware.hal.wifi"}
    network |= {"network", "socket", "ntptime"}
    counted, reported, went_on = imported[0]
    assert reported >= network
    assert not reported & {"firmware.hal.counter", "firmware.cycle"}
    assert not (counted | went_on) & network
    sampling = [lives[0] for lives in imported if len(lives) == 1]
    assert sampling  # failed reports are tried again after 1, 2, 4 ... slots only
    attended = {"firmware.attention", "firmware.lamp", "firmware.hal.keys", "firmware.hal.ticker"}
    for modules in sampling:
        assert not modules & network
        assert not modules & attended
    for modules in counted, reported, went_on, *sampling:
        assert not [name for name in modules if "console" in name]
    assert any("firmware.storage.journal" in modules for modules in sampling)


@needs_mosquitto
def test_a_day_over_tls_to_a_broker_that_asks_the_meter_for_a_certificate():
    n = result(Stranger(settings(tls=True)))
    assert n["records_unique"] == 25
    assert n["reports"] == 5


class Stranger(Run):
    """Before the meter, somebody without a certificate has tried, and was not let in."""

    def network_to(self, host, port):
        context = ssl.create_default_context(cadata=self._authority.pem().decode())
        context.check_hostname = False
        with (
            socket.create_connection((host, port), timeout=5) as plain,
            context.wrap_socket(plain) as secure,
            pytest.raises(ssl.SSLError, match="certificate required"),
        ):
            secure.recv(1)
        return super().network_to(host, port)


@needs_mosquitto
def test_a_day_over_tls_fits_into_the_heap_that_tls_leaves():
    n = result(settings(tls=True, heap_bytes=TLS_HEAP_BYTES, config={"profile": "packed"}))
    assert n["records_unique"] == 25
    assert n["reports"] == 5  # none was tried twice
    assert not {event["code"] for event in n["events"]} & {WAKE_FAILED, REPORTS_FAILED}


@needs_mosquitto
@pytest.mark.prove
@pytest.mark.parametrize("link", ["bc66", "ppp"])
def test_days_over_tls_and_a_modem(link):
    assert result(settings(days=3, tls=True, link=link))["records_unique"] == 3 * 24 + 1


@pytest.mark.parametrize("program", ["amqtt", "mosquitto"])
def test_either_broker_of_our_own(program, monkeypatch):
    if program == "mosquitto" and not find_mosquitto():
        pytest.skip("mosquitto is not installed")
    if program == "amqtt":
        monkeypatch.setattr("rill.broker.find_mosquitto", lambda: None)
    n = result(settings())
    assert n["broker"].startswith(program)


def test_the_board_s_own_modules_take_what_is_added_to_the_heap(tmp_path):
    script = tmp_path / "look.py"
    # What a report imports of them, and umqtt; on a chip they are C, or frozen. Not the ports,
    # which stand for those of firmware/hal. The pool of names grows before, since the firmware
    # alone needs the larger one.
    script.write_text(
        "import gc, sys\n"
        "gc.collect()\n"
        "taken = gc.mem_alloc()\n"
        "for n in range(500): hasattr(sys, '_%d' % n)\n"
        "gc.collect()\n"
        "taken -= gc.mem_alloc()\n"
        "import machine, time, esp32, network, socket, ntptime, umqtt.simple\n"
        "gc.collect()\n"
        "print(taken + gc.mem_alloc())\n"
    )
    board = Board(tmp_path, build(), build_board(), World(array("q")))
    taken = int(board.run(script).split()[-1])
    assert BOARD_HEAP_BYTES <= taken <= BOARD_HEAP_BYTES + 2000
