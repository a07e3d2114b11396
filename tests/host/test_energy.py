"""Promise P5: what is counted is what happened, and years follow from the counts by arithmetic."""

import ast
import json

import pytest

from rill.energy.arithmetic import charges, life
from rill.energy.changes import best, to_run
from rill.energy.counts import NAMES, Counts, CountsError, told
from rill.energy.picture import Reports, picture
from rill.energy.running import DAY_S, SIMULATED_DAYS, Counted, as_on_a_chip, forward
from rill.energy.table import TABLE, currents
from rill.household import household
from rill.image import ROOT
from rill.modem.energy import TX_S
from rill.modem.models import MODELS
from rill.settings import Settings
from rill.simulate import Run

_DAYS = 2
_NONE = dict.fromkeys(NAMES, 0)


@pytest.fixture(scope="module")
def run():
    """Two days over a modem."""
    run = Counted(Settings(trace=household(1, _DAYS), days=_DAYS, link="bc66"))
    run.numbers = run.result()
    return run


def test_both_sides_count_the_same_acts_in_the_same_order():
    source = ast.parse((ROOT / "firmware" / "service" / "acts.py").read_text())
    (names,) = (
        node.value
        for node in source.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "COUNTS"
    )
    assert ast.literal_eval(names) == NAMES


def test_every_act_of_the_firmware_is_in_the_counts(run):
    of, n = run.days[-1].of, run.numbers
    # The press of the button at the end comes behind the last of these counts.
    assert of["wakes_timer"] + of["wakes_ulp"] + of["wakes_other"] == n["wakes"] - 1
    assert of["wakes_other"] == 1
    assert of["reports"] - of["reports_failed"] == n["reports"] - 1
    pending = n["records_stored"] + n["events_stored"] - of["records"]
    assert 1 <= pending <= 4  # what the button brought
    assert of["checkpoints"] > of["records"]
    assert run.days[-1].covered_s == _DAYS * DAY_S
    assert 40 < run.days[-1].polls / run.days[-1].covered_s < 60  # docs/ulp.md


def test_the_radio_s_charge_is_what_the_simulated_modem_took(run):
    table = currents("ER34615", "generic_esp32", "bc66")
    found = charges(run.days[-1], table)
    radio_mah = sum(found[f"modem_{name}"] for name in ("search", "connected", "sending", "idle"))
    last = run.numbers["modem"]
    reports = run.days[-1].of["reports"]
    took_mah = (last["joules"] - last["psm_s"] * 3.5e-6 * 3.6) / 3.6 / 3.6
    # The last report is not among the counts.
    assert 0.75 * took_mah * reports / (reports + 1) < radio_mah < 1.35 * took_mah


def test_bytes_are_those_that_went_over_the_modem(run):
    of, sessions = run.days[-1].of, run.numbers["modem"]["sessions"]
    assert of["up_bytes_0"] == sum(session[0] for session in sessions[:-1])
    assert of["down_bytes_0"] == sum(session[1] for session in sessions[:-1])
    assert of["up_bytes_1"] == of["up_bytes_2"] == 0


@pytest.mark.prove
def test_a_modem_that_never_sleeps_is_told_once_and_one_that_sleeps_never(run):
    assert not [event for event in run.numbers["events"] if event["code"] == 26]
    awake = Run(Settings(trace=household(1, 1), days=1, link="bc66"))
    awake.modem.sleep = lambda: None
    told = [event for event in awake.result()["events"] if event["code"] == 26]
    assert [event["text"] for event in told] == ["modem does not sleep"]


def test_the_years_are_those_of_the_formula():
    table = currents("ER34615", "generic_esp32", "bc66")
    # A base of 37 uA and 21.7 uA of self-discharge; 15.2 of 19 Ah can be used.
    polls = 47 * DAY_S
    found = life(Counts(DAY_S, polls, _NONE), table)
    base_ua = 10 + 1.8 + 17.4 + 47 * 0.085 + 3.5
    assert found.average_ua == pytest.approx(base_ua + 21.67, abs=0.01)
    assert found.years == pytest.approx(15_200 / (base_ua + 21.67) * 1000 / 8766, rel=1e-3)
    assert found.years_quoted == 12
    assert sum(found.shares.values()) == pytest.approx(1)
    awake = Counts(DAY_S, polls, _NONE | {"awake_report_cs": 1600, "reports": 1})
    more_mc = (charges(awake, table)["reporting"] - 0) * 3600
    assert more_mc == pytest.approx(16 * 36)
    # Of them, ten with the modem: the CPU waits.
    waits = Counts(DAY_S, polls, awake.of | {"search_ms": 2000, "connected_ms_1": 8000})
    found = charges(waits, table)
    assert found["reporting"] * 3600 == pytest.approx(6 * 36)
    assert found["waiting"] * 3600 == pytest.approx(10 * 30)
    # Of what it computes, an estimate; of what is left of ten seconds with the modem, it dozed.
    computing_s = table.board["simulated_report_ms"] / 1000
    dozes = Counts(DAY_S, polls, waits.of | {"awake_report_cs": 700})
    found = {name: mah * 3600 for name, mah in charges(dozes, table).items()}
    assert found["reporting"] == pytest.approx(computing_s * 36)
    assert found["waiting"] == pytest.approx((7 - computing_s) * 30)
    assert found["dozing"] == pytest.approx((3 + computing_s) * 2)


def test_the_table_has_the_currents_of_the_simulated_modems():
    for name, model in MODELS.items():
        modem = currents("ER34615", "generic_esp32", name).modem
        assert (modem["idle_ma"], modem["psm_ua"]) == (model.idle_ma, model.psm_ua)
        assert modem["burst_mc"] == pytest.approx([160 * s for s in TX_S])


def test_a_run_of_equal_days_goes_on_as_it_was():
    day = Counts(DAY_S, 100, {name: n for n, name in enumerate(NAMES)})
    first = day.scaled(3)
    days = [first + day.scaled(n) for n in range(SIMULATED_DAYS)]
    assert forward(days, 28) == first + day.scaled(27)


_ENTRY = {"value": 9.5, "source": "uCurrent, my board no. 3"}


@pytest.fixture
def own(tmp_path):
    """Writes a table of one's own; its path."""

    def write(table):
        path = tmp_path / "own.json"
        path.write_text(table if isinstance(table, str) else json.dumps(table))
        return path

    return write


def _of_board(name, value):
    return {"boards": {"generic_esp32": {name: {"value": value, "source": "me"}}}}


def test_own_measurements_replace_those_of_the_table(own):
    path = own({"boards": {"generic_esp32": {"leakage_ua": _ENTRY}}})
    assert currents("ER34615", "generic_esp32", None, path).board["leakage_ua"] == 9.5


def test_a_board_of_one_s_own_stands_beside_those_of_the_table(own, rill):
    boards = json.loads(TABLE.read_text())["boards"]
    path = own({"boards": {"mine": boards["generic_esp32"] | {"leakage_ua": _ENTRY}}})
    assert currents("ER34615", "mine", "bc66", path).board["leakage_ua"] == 9.5
    for options in (("--board", "generic_esp32"), ("--board", "yours")):  # not of this file
        status, _, said = rill("energy", "--currents", path, *options)
        assert status == 2 and options[1] in said


@pytest.mark.parametrize(
    ("table", "about"),
    [
        ({"boards": {"generic_esp32": {"leakage_ua": 9.5}}}, "source"),
        ({"boards": {"generic_esp32": {"leak_ua": _ENTRY}}}, "leak_ua"),
        ({"boards": {"generic_esp23": {"leakage_ua": _ENTRY}}}, "generic_esp23"),
        ({"modems": {"bc66": {"burst_mc": _ENTRY}}}, "list of 3"),
        ({"modems": {"bc67": {"psm_ua": _ENTRY}}}, "bc67"),
        ({"modems": {"bg95": {"psm_ua": _ENTRY}}}, "nothing of"),
        ({"colours": {}}, "colours"),
        ({}, "nothing of"),
        ([], "object"),
        ("3", "object"),
        ("null", "object"),
        ("[" * 100_000, "own.json"),
        ({"boards": []}, "object"),
        ({"boards": {"generic_esp32": 3}}, "object"),
        (json.dumps(_of_board("boot_ms", 0)).replace(": 0,", ": 1e400,"), "boot_ms"),
        (_of_board("boot_ms", float("nan")), "boot_ms"),
        (_of_board("boot_ms", 1e308), "boot_ms"),
        (_of_board("boot_ms", -1), "boot_ms"),
        (_of_board("boot_ms", True), "boot_ms"),
        (_of_board("deep_sleep_ua", 0), "deep_sleep_ua"),
        ({"cells": {"ER34615": {"usable_percent": {"value": 8000, "source": "me"}}}}, "100"),
    ],
)
def test_a_table_that_is_wrong_is_refused_before_anything_runs(own, rill, table, about):
    path = own(table)
    status, out, said = rill("energy", "--currents", path)
    assert (status, out) == (2, "")
    assert str(path) in said and about in said


def test_nothing_that_a_table_may_say_ends_the_arithmetic(own):
    boards = json.loads(TABLE.read_text())["boards"]["generic_esp32"]
    nothing = {name: {"value": 0, "source": "me"} for name in boards if name != "deep_sleep_ua"}
    table = currents(
        "ER34615", "generic_esp32", "bc66", own({"boards": {"generic_esp32": nothing}})
    )
    found = life(Counts(DAY_S, 47 * DAY_S, _NONE | {"reports": 1}), table)
    assert found.years < 100 and best(found, table, {})


def test_changes_of_the_reports_are_those_that_were_run():
    """A day's budget may have kept most reports back: what fewer of them take, no factor tells."""
    table = currents("ER34615", "generic_esp32", "bc66")
    now, once = (Counts(DAY_S, 0, _NONE | {"bursts_2": bursts}) for bursts in (20, 15))
    worse = Counts(DAY_S, 0, _NONE | {"bursts_2": 21})
    plans = to_run(24, 2)
    assert list(plans.values()) == [{"report_s": DAY_S}, {"ecl": 1}]
    ran = dict(zip(plans, (life(once, table), life(worse, table)), strict=True))
    found = best(life(now, table), table, ran)
    bought = {one.what: one.years for one in found}
    assert bought["report once a day"] == life(once, table).years - life(now, table).years
    assert not [what for what in bought if what.startswith("an antenna")]
    assert (to_run(1, 0), list(to_run(1, 1).values())) == ({}, [{"ecl": 0}])


def test_reports_that_did_not_come_through_are_told():
    table = currents("ER34615", "generic_esp32", "bc66")
    found = life(Counts(DAY_S, 0, _NONE), table)
    assert "5 of 72 reports came through, 3 tries failed" in picture(
        found, [], "", Reports(asked=72, delivered=5, failed=3)
    )
    assert "came through" not in picture(found, [], "", Reports(asked=72, delivered=73, failed=0))


def test_counts_of_a_status_are_read_and_others_refused():
    text = ",".join(["1", "86400", "4060800", *(str(n) for n in range(len(NAMES)))])
    assert told(text).of["down_bytes_2"] == len(NAMES) - 1
    for wrong in ("", "2" + text[1:], text + ",1", "a" + text):
        with pytest.raises(CountsError):
            told(wrong)


def test_computing_takes_time_on_a_chip():
    counts = Counts(DAY_S, 0, _NONE | {"wakes_timer": 24, "records": 10, "reports": 2})
    board = {"simulated_wake_ms": 300, "simulated_record_ms": 100, "simulated_report_ms": 1500}
    on_chip = as_on_a_chip(counts, board)
    assert (on_chip.of["awake_timer_cs"], on_chip.of["awake_report_cs"]) == (820, 300)


def test_the_command_tells_years_shares_and_changes(rill):
    status, out, _ = rill("energy", "--days", 2, "--reports-per-day", 1, "--json")
    n = json.loads(out)
    assert status == 0
    assert 18 < n["years"] < 30 and n["years_quoted"] == 12
    # One more: the first of all, behind power-on.
    assert (n["reports_asked"], n["reports_delivered"]) == (2, 3)
    assert sum(n["shares"].values()) == pytest.approx(1, abs=0.01)
    assert len(n["changes"]) == 3 and n["changes"][0]["years"] >= n["changes"][1]["years"]


@pytest.mark.parametrize(
    "wrong",
    [
        ("--reports-per-day", 7),
        ("--slot-s", 7000),
        ("--link", "wifi", "--ecl", 1),
        ("--reports-per-day", 48),
    ],
)
def test_what_does_not_go_together_is_refused(rill, wrong):
    assert rill("energy", *wrong)[0] == 2


@pytest.mark.parametrize(
    ("awake_report_cs", "search_ms", "mah"), [(330_000, 730_000, 683), (420_000, 5_110_000, 753)]
)
def test_the_meter_s_own_sum_is_the_host_s(awake_report_cs, search_ms, mah):
    """tests/unit/test_spending.py has the other side: the same counts, the same charges."""
    of = _NONE | {
        "wakes_timer": 9800, "wakes_ulp": 1000, "awake_timer_cs": 430_000, "reports": 365,
        "awake_report_cs": awake_report_cs, "records": 8800, "checkpoints": 9900,
        "search_ms": search_ms, "connected_ms_0": 1_870_000, "bursts_0": 1860,
    }  # fmt: skip
    table = currents("ER34615", "generic_esp32", "bc66")
    host_mah = sum(charges(Counts(31_557_600, 1_480_000_000, of), table).values())
    assert host_mah == pytest.approx(mah, rel=0.01)
