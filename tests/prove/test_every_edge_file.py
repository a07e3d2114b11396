"""Promise P1 at full numbers: each recorded reed at 32 phases and clocks, and disturbed."""

import pytest

import edge_files
from edge_files import COUNTS
from reeds import chatter, moved, steady
from rill.pulses import load, run_edges
from ulp_meter import Programs

pytestmark = pytest.mark.prove
_SEEDS = range(32)


@pytest.fixture(scope="module")
def loaded():
    return load({})


@pytest.mark.parametrize("seed", _SEEDS)
@pytest.mark.parametrize("name", COUNTS)
def test_a_file_at_32_phases_and_clocks(recordings, loaded, name, seed):
    phase_us, factor = edge_files.start(seed)
    numbers = run_edges(loaded, edge_files.path(recordings, name), phase_us, factor)
    assert numbers["forward"] == COUNTS[name]


@pytest.mark.parametrize("seed", _SEEDS)
def test_two_reeds_at_32_phases_and_clocks(recordings, seed):
    path = recordings / "reed2_edges_quadrature.csv.gz"
    numbers = run_edges(load({"pulse_pin_b": 33}), path, *edge_files.start(seed))
    counts = ("forward", "reverse", "illegal_transitions")
    assert [numbers[name] for name in counts] == [350, 30, 0]


@pytest.mark.parametrize("seed", range(32, 38))
@pytest.mark.parametrize("name", COUNTS)
def test_a_file_while_the_cpu_wakes_is_reset_and_reloads(tmp_path, recordings, name, seed):
    assert edge_files.disturbed(tmp_path, recordings, name, seed, acts=60) == COUNTS[name]


def test_an_hour_of_chatter_costs_little_and_counts_nothing():
    start_us = 900_000
    noise = [(500_000, 0), *chatter(3600, start_us=start_us)]
    cop = Programs()([*noise, *moved(steady(20, 1), noise[-1][0] + 500_000)])
    cop.advance_to(noise[-1][0])
    polls_per_s = cop.timer.polls / (cop.timer.now_us / 1e6)
    assert 10 + 0.085 * polls_per_s <= 20
    cop.advance_to(noise[-1][0] + 30_000_000)
    assert cop.wide("forward") == 1 + 19  # the first closing of the 20 was there already
