"""Promises P1 and P2 at full numbers: every crossing, many seeds, every recording."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from rill.household import household
from rill.simulate import Run, Settings
from rill.trace import Trace, read_trace
from rill.verdict import is_sound
from unkind import ResetAt

pytestmark = pytest.mark.prove


def _steady(hours):
    return Trace([(100 * n, 700) for n in range(1, 36 * hours - 24)], 1)


def _is_survived(hal, wake, crossing):
    hours = wake + 1
    settings = Settings(trace=_steady(hours), days=1, hal=hal)
    n = ResetAt(settings, wake, crossing, hours=hours).result()
    assert is_sound(n, 1000) and n["resets"] == 1, (wake, crossing, n)
    assert n["records_stored"] in (hours + 1, hours + 2), (wake, crossing, n)


@pytest.mark.parametrize(("wake", "hal"), [(1, "ports"), (2, "ports"), (8, "chip")])
def test_a_reset_at_every_crossing_of_a_wake(hal, wake):
    """Wake 1 is power-on, 2 only samples, 8 reports six readings."""
    run = Run(Settings(trace=_steady(wake + 1), days=1, hal=hal))
    run.result()
    crossings = run.endings[wake - 1].crossings
    assert crossings > 10
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda n: _is_survived(hal, wake, n), range(1, crossings + 1)))


@pytest.mark.parametrize("seed", range(1, 13))
def test_a_week_with_an_outage_and_resets(seed):
    settings = Settings(
        trace=household(seed, 7),
        days=7,
        seed=seed,
        outages_s=((90000, 200000),),
        reset_every=2 + seed % 5,
        report_s=(3600, 21600)[seed % 2],
        hal=("ports", "chip")[seed % 3 == 0],
    )
    n = Run(settings).result()
    assert is_sound(n, 1000), n
    assert n["records_unique"] == n["records_stored"] >= 169


_TRACES = (
    ("house_a_14d.csv", 500),
    ("house_a_14d.csv", 10_000),
    ("house_b_90d.csv.gz", 1000),
    ("house_sim_14d_1s.csv.gz", 1000),
    ("leak_2lph_a_14d.csv.gz", 500),
    ("leak_12lph_a_14d.csv.gz", 10_000),
    ("leak_120lph_a_14d.csv.gz", 1000),
    ("leak_burst_1500lph_a_14d.csv.gz", 10_000),
    ("leak_flapper_1l_25lph_a_14d.csv.gz", 500),
    ("stopped_meter_a_14d.csv", 1000),
)


@pytest.mark.parametrize(("name", "pulse_ml"), _TRACES)
def test_a_real_household(recordings, name, pulse_ml):
    expected = json.loads((recordings / "expected.json").read_text())["traces"][name]
    trace = read_trace(recordings / name)
    n = Run(Settings(trace=trace, days=expected["days"], pulse_ml=pulse_ml)).result()
    assert is_sound(n, pulse_ml), n
    assert n["ml_in"] == round(expected["litres"] * 1000)
    assert n["pulses_counted"] == n["ml_in"] // pulse_ml
    assert 0 <= n["ml_in"] - n["ml_reported"] < pulse_ml
    assert n["records_unique"] == n["records_stored"] == expected["days"] * 24 + 1
