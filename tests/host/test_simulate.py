"""Promises P1 and P2, a seeded sample: whatever happens, every pulse and record arrives once.

tests/prove runs the same at full numbers.
"""

import json

import pytest

from rill.broker import Broker, find_mosquitto
from rill.simulate import Run, Settings
from rill.trace import Trace, read_trace
from simulated import result, settings
from unkind import FOREVER, ResetAt

ON_DEMAND = 8  # flag: at power-on, at the end
LINK, WIFI = 21, 21  # code of the event, and of the fault: not joined


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
    for seed in range(3, 43):  # in one of four days a reset comes before the broker's answer
        n = result(settings(1, seed, report_s=3600, reset_every=2))
        assert n["records_unique"] == n["records_stored"] >= 25
        if n["duplicates"]:
            return
    raise AssertionError("no duplicate in forty days")


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


@pytest.mark.parametrize("program", ["amqtt", "mosquitto"])
def test_either_broker_of_our_own(program, monkeypatch):
    if program == "mosquitto" and not find_mosquitto():
        pytest.skip("mosquitto is not installed")
    if program == "amqtt":
        monkeypatch.setattr("rill.broker.find_mosquitto", lambda: None)
    n = result(settings())
    assert n["broker"].startswith(program)
