"""Promise: a week of water quality arrives, each fault is told once, and no volume is lost."""

import json

import pytest

from rill.cli import main
from rill.household import household
from rill.message import QUALITY_FLAGS, QUALITY_KINDS
from rill.simulate import Run, Settings
from rill.verdict import is_sound

_DAY_S = 86_400
_QUALITY_FLAG = 14
_CONSUMER = 26


def _result(days, *faults, **more):
    settings = Settings(
        trace=household(1, days), days=days, has_quality=True, probe_faults=faults, **more
    )
    n = Run(settings).result()
    assert is_sound(n, 1000), n
    return n


@pytest.mark.prove
def test_a_week_with_an_open_circuit_on_day_three(capsys):
    options = ["--days", "7", "--quality", "--probe-fault", "tds_open:172800:86400", "--json"]
    assert main(["simulate", *options]) == 0
    n = json.loads(capsys.readouterr().out)
    assert n["records_lost"] == n["records_wrong"] == n["events_lost"] == 0
    assert n["records_unique"] == n["records_stored"] >= 7 * 24
    flags = n["quality_flags"]
    assert n["quality_received"] == sum(sum(counts.values()) for counts in flags.values())
    assert flags["solids_ppb"]["dry_or_open"] >= 4
    assert set(flags["turbidity_mntu"]) == {"below_range"}
    assert set(flags["water_centi_c"]) == {"good"}


@pytest.mark.parametrize(
    ("fault", "kind", "flag"),
    [
        ("tds_open", "solids_ppb", "dry_or_open"),
        pytest.param("tds_short", "solids_ppb", "short", marks=pytest.mark.prove),
        pytest.param("turbidity_open", "turbidity_mntu", "open", marks=pytest.mark.prove),
        pytest.param("turbidity_short", "turbidity_mntu", "short", marks=pytest.mark.prove),
        ("thermometer_missing", "water_centi_c", "missing"),
        pytest.param("thermometer_85", "water_centi_c", "bad_85", marks=pytest.mark.prove),
        pytest.param("thermometer_crc", "water_centi_c", "missing", marks=pytest.mark.prove),
        pytest.param("thermometer_ground", "water_centi_c", "missing", marks=pytest.mark.prove),
    ],
)
def test_each_fault_is_one_event_and_flagged_values_without_a_number(fault, kind, flag):
    n = _result(1, (fault, 20_000, _DAY_S))
    number, wanted = QUALITY_KINDS.index(kind), QUALITY_FLAGS.index(flag)
    values = [one for one in n["quality"] if one["kind"] == number]
    assert values and values[-1]["flag"] == wanted and values[-1]["value"] is None
    told = [e for e in n["events"] if e["code"] == _QUALITY_FLAG and e["text"] == kind]
    assert [event["after"] for event in told] == [wanted]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("tds_always_on", "solids_ppb"),
        pytest.param("turbidity_always_on", "turbidity_mntu", marks=pytest.mark.prove),
    ],
)
def test_a_supply_that_does_not_switch_off_is_told_once_each_time(fault, kind):
    n = _result(4, (fault, 20_000, _DAY_S), (fault, 20_000 + 2 * _DAY_S, _DAY_S))
    told = [e for e in n["events"] if e["code"] == _CONSUMER]
    assert [e["text"] for e in told] == 2 * [f"supply of {kind}"]
    assert all(e["before"] >= e["after"] == 300_000 for e in told)


@pytest.mark.parametrize("hal", [pytest.param("ports", marks=pytest.mark.prove), "chip"])
def test_values_are_what_is_in_the_water(hal):
    n = _result(1, hal=hal)
    for one in n["quality"]:
        if QUALITY_KINDS[one["kind"]] == "solids_ppb":
            assert abs(one["value"] - 210_000) <= one["uncertainty"]
        elif QUALITY_KINDS[one["kind"]] == "water_centi_c":
            assert 1100 <= one["value"] <= 1700
        else:
            assert QUALITY_FLAGS[one["flag"]] == "below_range"


@pytest.mark.parametrize(
    "fault", ["instrument_silent", pytest.param("instrument_crc", marks=pytest.mark.prove)]
)
def test_an_instrument_that_fails_is_missing_for_so_long_and_told_once_each_way(fault):
    settings = Settings(
        trace=household(1, 2),
        days=2,
        instrument="sen0710",
        probe_faults=((fault, 20_000, 30_000),),
    )
    n = Run(settings).result()
    assert is_sound(n, 1000), n
    flags = n["quality_flags"]["turbidity_mntu"]
    assert set(flags) == {"good", "missing"} and flags["missing"] >= 1
    told = [e for e in n["events"] if e["code"] == _QUALITY_FLAG and e["text"] == "turbidity_mntu"]
    assert [event["after"] for event in told] == [QUALITY_FLAGS.index("missing"), 0]
    for one in n["quality"]:
        if QUALITY_FLAGS[one["flag"]] == "good" and QUALITY_KINDS[one["kind"]] == "turbidity_mntu":
            assert one["value"] == 400  # the water's, as precise as its register
