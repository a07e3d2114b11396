"""Promise: what can't be used is told; nothing is dropped or made up in silence."""

import gzip
import json
from datetime import date
from random import Random
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from districts import HOUR_S, made_district, write_files
from rill.balance.registers import register
from rill.balance.stored import window_of
from rill.message import Message, Row
from rill.store import Store

MADE = made_district(7, homes=8, days=6)
SMALL = ("t_s,inflow_l,reading_l\n", "home,t_s,reading_l\n")


@pytest.fixture
def balance(rill, tmp_path):
    """Runs `rill balance --json` on a made district; what it said."""

    def run(made):
        inflow, homes = write_files(made, tmp_path)
        status, out, err = rill("balance", "--inflow", inflow, "--homes", homes, "--json")
        assert (status, err) == (0, "")
        return json.loads(out)

    return run


def with_home(change, name="home-000"):
    """The district with other readings of one home."""
    return MADE._replace(homes={**MADE.homes, name: change(MADE.homes[name])})


def noted(said, *words):
    """Whether one of the notes has all the words."""
    return any(all(word in note for word in words) for note in said["notes"])


def agree(said, other, most_m3):
    return abs(said["nrw_m3"]["value"] - other["nrw_m3"]["value"]) <= most_m3


@pytest.mark.parametrize(
    ("hours", "when"), [(range(8, 20), "use by day"), (range(2, 5), "use by night")]
)
def test_nights_that_contradict_the_account_are_told_with_both_numbers(balance, hours, when):
    """Somebody without a meter takes as much as is lost, always at these hours."""
    extra_ml = int(sum(MADE.flows_ml) / len(MADE.flows_ml))
    inflow = [
        (t_s, ml + (extra_ml if (t_s // HOUR_S - 1) % 24 in hours else 0), None)
        for t_s, ml, _ in MADE.inflow
    ]
    said = balance(MADE._replace(inflow=inflow))
    numbers = [f"{one['real_m3']['value']:.1f}" for one in (said, said["night"])]
    assert noted(said, when, *numbers)
    assert not noted(balance(MADE), "no meter counts")


def test_unsorted_and_repeated_rows_change_nothing_and_are_told(balance):
    random, plain = Random(1), balance(MADE)
    assert len(plain["notes"]) == 1 and noted(plain, "not in nights and steps", ": 1")

    def mixed(rows):
        more = [*rows, *random.sample(rows, 20)]
        random.shuffle(more)
        return more

    homes = {name: mixed(rows) for name, rows in MADE.homes.items()}
    said = balance(MADE._replace(inflow=mixed(MADE.inflow), homes=homes))
    assert noted(said, "inflow, rows that came twice", ": 20")
    assert noted(said, "homes, rows that came twice", ": 160") and noted(said, "sorted")
    assert {**said, "notes": plain["notes"]} == plain


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=30), st.randoms())
def test_no_reading_goes_backward_and_none_vanishes_untold(rows, random):
    made = register(rows)
    for run in made.runs:
        assert run == sorted(run) and [ml for _, ml in run] == sorted(ml for _, ml in run)
    told = sum(made.found[kind] for kind in ("duplicate", "contradictory", "implausible"))
    assert sum(map(len, made.runs)) + told == len(rows)
    random.shuffle(rows)
    assert register(rows).runs == made.runs


def test_a_replaced_meter_is_bridged_and_told(balance):
    half = len(MADE.homes["home-000"]) // 2

    def replaced(rows):
        start = rows[half][1]
        return [*rows[:half], *((t_s, ml - start) for t_s, ml in rows[half:])]

    said = balance(with_home(replaced))
    assert noted(said, "homes, registers that fell", ": 1")
    assert agree(said, balance(MADE), 0.1)


def test_one_damaged_reading_is_left_out_and_told(balance):
    def damaged(rows):
        return [*rows[:50], (rows[50][0], rows[50][1] + 10**9), *rows[51:]]

    said = balance(with_home(damaged))
    assert noted(said, "homes, readings left out", "neighbours: 1") and agree(
        said, balance(MADE), 0.001
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: rows[72:], "first read after the first day"),
        (lambda rows: rows[:72], "last read before the last day"),
        (lambda rows: rows[70:71], "taken for average homes"),
        (lambda rows: [(t_s, ml % 20_000) for t_s, ml in rows], "taken for average homes"),
    ],
)
def test_a_home_that_was_not_read_is_estimated_and_the_estimate_is_in_the_uncertainty(
    balance, change, says
):
    said, whole = balance(with_home(change)), balance(MADE)
    assert noted(said, says, "home-000")
    estimated = said["budget_m3"]["estimated"]
    assert estimated > 0.1
    assert agree(said, whole, estimated)
    assert said["nrw_m3"]["uncertainty"] > whole["nrw_m3"]["uncertainty"]


def test_a_home_that_was_read_at_another_time_only_is_left_out_and_told(balance):
    later = [(t_s + 10**7, ml) for t_s, ml in MADE.homes["home-000"]]
    said = balance(MADE._replace(homes={**MADE.homes, "late": later}))
    assert noted(said, "left out that were not read", "late") and said["homes"] == 8


def test_a_long_gap_of_a_home_keeps_its_water(balance):
    said = balance(with_home(lambda rows: [*rows[:40], *rows[80:]]))
    assert noted(said, "not in nights and steps", ": 41")
    assert agree(said, balance(MADE), 0.001)


def test_empty_cells_of_both_files_are_told(balance):
    rows = [(t_s, None, None) if n == 30 else (t_s, hour, total)
            for n, (t_s, hour, total) in enumerate(MADE.inflow)]  # fmt: skip
    homes = {**MADE.homes, "home-000": [(t, None if t > 10**5 else ml) for t, ml in
                                        MADE.homes["home-000"]]}  # fmt: skip
    said = balance(MADE._replace(inflow=rows, homes=homes))
    assert noted(said, "inflow, empty cells", ": 1") and noted(said, "homes, empty cells")


def test_an_inflow_gap_is_bridged_by_the_register_or_left_out(balance):
    gap = range(30, 40)
    bridged = balance(MADE._replace(inflow=[r for n, r in enumerate(MADE.inflow) if n not in gap]))
    assert bridged["hours_used"] == 144 and bridged["hours_sharp"] == 132
    assert agree(bridged, balance(MADE), 0.001)
    hours = [(t_s, None if n in gap else hour, None) for n, (t_s, hour, _) in
             enumerate(MADE.inflow)]  # fmt: skip
    left_out = balance(MADE._replace(inflow=hours))
    assert left_out["hours_used"] == 134 and noted(left_out, "the inflow is not known: 10 of 144")


def test_a_replaced_inflow_meter_costs_the_hour_that_disagrees(balance):
    rows = [(t, hour, total - (MADE.inflow[70][2] if n >= 70 else 0))
            for n, (t, hour, total) in enumerate(MADE.inflow)]  # fmt: skip
    said = balance(MADE._replace(inflow=rows))
    assert said["hours_used"] == 143 and noted(said, "inflow_l and reading_l disagree: 1")


@pytest.mark.parametrize(
    ("inflow", "homes", "says"),
    [
        ("t_s,dma1_l_s\n0,5\n", SMALL[1], "line 1: expected the header t_s,inflow_l,reading_l"),
        ("", SMALL[1], "inflow.csv line 1"),
        (SMALL[0] + "3600,5\n", SMALL[1], "line 2: expected 3 columns"),
        (SMALL[0] + "3600,-5,5\n", SMALL[1], "line 2: expected litres"),
        (SMALL[0] + "x,5,5\n", SMALL[1], "line 2: expected whole seconds"),
        (SMALL[0] + "3600,5,nan\n", SMALL[1], "line 2: expected litres"),
        (SMALL[0], SMALL[1], "not read twice"),
        (SMALL[0] + "1800000000,5,5\n1800003600,5,10\n", SMALL[1], "--zone"),
        (SMALL[0] + "3600,5,5\n7200,5,10\n", SMALL[1] + ",60,1\n", "homes.csv line 2"),
        (SMALL[0] + "3600,5,5\n7200,5,10\n", SMALL[1] + "a,60,1\n", "no home was read twice"),
        (SMALL[0] + "3600,5,5\n7200,5,10\n", SMALL[1] + "a,60,1\na,7000,2\n", "only 2 hours"),
        (SMALL[0] + "3600,5,5\n99999999999,5,10\n", SMALL[1] + "a,60,1\n", "--zone"),
        (SMALL[0] + "3600,5,5\n99999999,5,10\n", SMALL[1] + "a,60,1\n", "two years"),
    ],
)
def test_what_cannot_be_balanced_is_one_sentence_and_2(rill, tmp_path, inflow, homes, says):
    (one := tmp_path / "inflow.csv").write_text(inflow)
    (other := tmp_path / "homes.csv").write_text(homes)
    status, out, err = rill("balance", "--inflow", one, "--homes", other)
    assert (status, out) == (2, "") and says in err and len(err.splitlines()) == 1


def test_water_that_never_came_in_is_told(rill, tmp_path):
    still = [(t_s, 0, 0) for t_s, _, _ in MADE.inflow]
    inflow, homes = write_files(MADE._replace(inflow=still), tmp_path)
    status, _, err = rill("balance", "--inflow", inflow, "--homes", homes)
    assert status == 2 and "no water flowed in" in err


def test_homes_that_use_more_than_comes_in_are_told(balance):
    rows = [(t_s, hour // 2, total // 2) for t_s, hour, total in MADE.inflow]
    assert noted(balance(MADE._replace(inflow=rows)), "second inflow")


def test_a_damaged_archive_and_a_missing_file_are_told(rill, tmp_path):
    inflow, homes = write_files(MADE, tmp_path)
    packed = tmp_path / "inflow.csv.gz"
    packed.write_bytes(gzip.compress(inflow.read_bytes())[:-20])
    for path in (packed, tmp_path / "none.csv"):
        status, out, err = rill("balance", "--inflow", path, "--homes", homes)
        assert (status, out) == (2, "") and str(path) in err and len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "--inflow FILE and --homes FILE, or --db"),
        (["--inflow", "a"], "--homes"),
        (["--inflow", "a", "--homes", "b", "--from", "2026-01-01"], "are for --db"),
        (["--db", "a", "--homes", "b"], "not both"),
        (["--db", "a", "--zone", "UTC"], "--inflow-device"),
        (["--db", "a", "--inflow-device", "x"], "--zone"),
        (["--zone", "Mars/Crater"], "time zone"),
        (["--from", "yesterday"], "2026-01-31"),
        (["--meters-low", "51"], "0 to 50"),
        (["--unbilled-m3", "nan"], "cubic metres"),
    ],
)
def test_options_that_do_not_go_together_are_told(rill, options, says):
    status, out, err = rill("balance", *options)
    assert (status, out) == (2, "") and says in err and "Traceback" not in err


def test_the_picture_is_drawn_or_its_place_is_refused(rill, tmp_path):
    inflow, homes = write_files(MADE, tmp_path)
    drawn = tmp_path / "balance.svg"
    command = ["balance", "--inflow", inflow, "--homes", homes, "--picture"]
    status, out, _ = rill(*command, drawn)
    assert status == 0 and max(map(len, out.splitlines())) <= 80
    lines = ElementTree.fromstring(drawn.read_text()).iter("{http://www.w3.org/2000/svg}path")
    assert {line.get("stroke") for line in lines} == {"#ddd", "#1f5fa8", "#5a9e3e", "#c0392b"}
    status, out, err = rill(*command, tmp_path / "no" / "balance.svg")
    assert (status, out) == (2, "") and "balance.svg" in err


def test_days_are_those_of_the_zone_also_when_its_clock_changes():
    berlin = ZoneInfo("Europe/Berlin")
    assert window_of(date(2026, 3, 29), date(2026, 3, 29), berlin).count == 23
    assert window_of(date(2026, 10, 25), date(2026, 10, 25), berlin).count == 25


def keep(store, device, readings, flags=0, first=1):
    """Store (t_s, register) of a device; t_s None: undated."""
    rows = [
        Row(seq, t_s, ml, 0, 3600, flags, 2, *(() if t_s is not None else (1, 60)))
        for seq, (t_s, ml) in enumerate(readings, first)
    ]
    store.add(Message(device, "9f86d081884c7d65", "readings", tuple(rows), 1))


def test_what_was_collected_is_balanced_as_the_files_are(rill, tmp_path, address, balance):
    # From local midnight on, over the hour that the clock skips: 2026-03-29 in Berlin.
    begin_s = 1774652400
    with Store(address) as store:
        total = [(0, 0), *((t_s, ml) for t_s, _, ml in MADE.inflow)]
        keep(store, "district", [(begin_s + t_s, ml) for t_s, ml in total])
        for name, rows in MADE.homes.items():
            keep(store, name, [(begin_s + t_s, ml) for t_s, ml in rows])
        keep(store, "home-000", [(None, 5)], first=1000)
        keep(store, "home-000", [(begin_s - 9, MADE.homes["home-000"][0][1])], 2, first=2000)
        keep(store, "elsewhere", [(begin_s, 0), (begin_s + 10**6, 10**9)])
    options = ["balance", "--db", address, "--inflow-device", "district", "--json"]
    options += ["--home-devices", "home-*", "--zone", "Europe/Berlin"]
    status, out, err = rill(*options)
    assert (status, err) == (0, "")
    said, plain = json.loads(out), balance(MADE)
    for name in ("hours_used", "homes", "input_m3", "billed_m3", "nrw_percent", "real_m3"):
        assert said[name] == plain[name], name
    assert noted(said, "no time", ": 1") and noted(said, "water may be missing", ": 1")
    status, out, _ = rill(*options, "--from", "2026-03-29", "--to", "2026-03-30")
    assert status == 0 and json.loads(out)["hours"] == 23 + 24
    for more, says in (
        (["--inflow-device", "none"], "inflow meter 'none'"),
        (["--home-devices", "x-*"], "'x-*'"),
        (["--from", "2026-03-30"], "--from and --to"),
        (["--from", "2026-03-30", "--to", "2026-03-29"], "before"),
    ):
        status, out, err = rill(*options, *more)
        assert (status, out) == (2, "") and says in err and len(err.splitlines()) == 1
        assert "postgresql://" not in err or "@" not in err  # no password is shown
