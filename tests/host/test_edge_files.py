"""Promise: every recorded reed is counted exactly, at any phase, slow clock and disturbance.

A sample; tests/prove/test_every_edge_file.py has 32 phases and clocks of each file.
"""

import json

import pytest

import edge_files
from edge_files import COUNTS
from rill.pulses import load, run_edges

LIMIT_UA = {"bounce": 15, "noise": 15, "mix": 15, "fast": 20, "chatter": 15, "rocking": 15}


@pytest.fixture(scope="module")
def loaded():
    return load({})


def test_the_reference_says_the_same(recordings):
    edges = json.loads((recordings / "expected.json").read_text())["edges"]
    for name, count in COUNTS.items():
        expected = edges[f"reed_edges_{name}.csv.gz"]
        assert expected["true_pulses"] + expected.get("rocking_closings", 0) == count


@pytest.mark.parametrize("name", COUNTS)
def test_a_file_at_the_nominal_clock(recordings, loaded, name):
    numbers = run_edges(loaded, edge_files.path(recordings, name))
    assert numbers["forward"] == COUNTS[name]
    assert numbers["reverse"] == numbers["illegal_transitions"] == 0
    assert numbers["ulp_ua_estimate"] <= LIMIT_UA[name]
    # What one reed can't tell from water is counted, and said: rocking is faster than a meter.
    assert (numbers["suspect"] > 0) == (name != "noise")


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", ["fast", "chatter", "noise"])
def test_a_file_at_other_phases_and_clocks(recordings, loaded, name, seed):
    phase_us, factor = edge_files.start(seed)
    path = edge_files.path(recordings, name)
    assert run_edges(loaded, path, phase_us, factor)["forward"] == COUNTS[name]


@pytest.mark.parametrize("seed", [0, 1])
def test_two_reeds(recordings, seed):
    path = recordings / "reed2_edges_quadrature.csv.gz"
    numbers = run_edges(load({"pulse_pin_b": 33}), path, *edge_files.start(seed))
    assert (numbers["forward"], numbers["reverse"]) == (350, 30)
    assert numbers["illegal_transitions"] == 0


@pytest.mark.parametrize("name", ["fast", "chatter"])
def test_a_file_while_the_cpu_wakes_is_reset_and_reloads(tmp_path, recordings, name):
    assert edge_files.disturbed(tmp_path, recordings, name, seed=4, acts=30) == COUNTS[name]
