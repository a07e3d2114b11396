"""Promise: a meter that packs its messages loses nothing, and the head end reads them all."""

import pytest

from linked import run as run_linked
from rill.household import household
from rill.simulate import Run, Settings
from rill.verdict import is_sound


def _run(days, **more):
    config = {"profile": "packed"}
    if more.get("has_quality"):
        config["quality_s"] = 3600
    settings = Settings(trace=household(3, days), days=days, config=config, **more)
    n = Run(settings).result()
    assert is_sound(n, 1000), n
    assert n["records_unique"] == n["records_stored"] >= 24 * days
    return n


def test_a_day_with_quality_an_outage_and_resets():
    n = _run(1, has_quality=True, outages_s=((30_000, 20_000),), reset_every=7)
    assert n["quality_received"] > 60 and n["events_stored"] > 1


@pytest.mark.prove
def test_a_week_with_quality_an_outage_and_resets():
    n = _run(7, has_quality=True, outages_s=((90_000, 200_000),), reset_every=5)
    assert n["quality_received"] > 400


@pytest.mark.prove
def test_a_week_in_a_fraction_of_the_bytes():
    n = _run(7, report_s=86_400)
    assert n["bytes_per_record"] < 5


@pytest.mark.prove
def test_a_week_over_nb_iot():
    run_linked("bc66", days=7, config={"profile": "packed"})
