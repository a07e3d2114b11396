"""Promise: a leak is reported while it runs, by the true coprocessor, over the true way."""

import pytest

from rill.household import household
from rill.simulate import Run, Settings
from rill.trace import Trace, read_trace
from rill.verdict import is_sound

_HOUR_S = 3600
_BURST_S = (8 * _HOUR_S + 1234, 11 * _HOUR_S)
_WINDOW_S = 245  # 34 L at 500 L/h: use right before a burst may belong to its first window


def _with_burst(days=1, ml_s=170):
    """A household, and 612 L/h in the morning."""
    rows = dict(household(2, days).rows)
    for t_s in range(*_BURST_S):
        rows[t_s] = rows.get(t_s, 0) + ml_s
    return Trace(sorted(rows.items()), 1)


def _run(**settings):
    run = Run(Settings(days=1, **settings))
    n = run.result()
    assert is_sound(n, settings.get("pulse_ml", 1000)), n
    return run, n


def _of(n, kind, level):
    (found,) = [one for one in n["alarms"] if (one["kind"], one["level"]) == (kind, level)]
    return found


@pytest.mark.parametrize("link", ["wifi", pytest.param("bc66", marks=pytest.mark.prove)])
def test_a_burst_is_at_the_broker_within_36_minutes_of_its_begin(link):
    _, n = _run(trace=_with_burst(), link=link)
    notice, alarm = _of(n, "burst", "notice"), _of(n, "burst", "alarm")
    for one, latest_s in ((notice, 36 * 60), (alarm, 66 * 60)):
        assert -_WINDOW_S < one["since_s"] - _BURST_S[0] < 60
        assert one["reported_s"] - _BURST_S[0] <= latest_s
        assert abs(one["rate_ml_h"] - 612_000) < max(30_000, one["rate_error_ml_h"])
        assert one["end_s"] - _BURST_S[1] <= _HOUR_S + 1  # a network tells whole seconds
    assert abs(alarm["lost_ml"] - 170 * (_BURST_S[1] - _BURST_S[0])) < 150_000  # and the home


@pytest.mark.prove
def test_gardens_that_use_all_early_wakes_of_a_day_do_not_hold_up_a_burst():
    rows = dict(_with_burst().rows)
    for begin_s in [*range(0, 8 * _HOUR_S, 900), _BURST_S[0] - 1000]:
        for t_s in range(begin_s, begin_s + 360):  # 720 L/h for six minutes
            rows[t_s] = rows.get(t_s, 0) + 200
    # At 10 L no 100 pulses come to its help.
    _, n = _run(trace=Trace(sorted(rows.items()), 1), pulse_ml=10_000)
    notice = _of(n, "burst", "notice")
    assert -_WINDOW_S < notice["since_s"] - _BURST_S[0] < 60
    assert notice["reported_s"] - _BURST_S[0] <= 36 * 60


def test_an_alarm_in_an_outage_is_there_as_soon_as_the_network_is_and_only_once():
    outage_s = (_BURST_S[0] + 600, 2700)
    _, n = _run(trace=_with_burst(), outages_s=(outage_s,))
    notice = _of(n, "burst", "notice")
    assert sum(outage_s) <= notice["reported_s"] <= sum(outage_s) + _HOUR_S
    assert notice["reported_s"] < _BURST_S[1]  # it runs still
    told = [event for event in n["events"] if event["code"] == 25]
    assert len(told) == len({(one["before"], one["after"]) for one in told}) == 3


@pytest.mark.prove
def test_resets_in_every_other_wake_tell_no_alarm_twice():
    _, n = _run(trace=_with_burst(), reset_every=2, seed=5)
    told = [(one["before"], one["after"]) for one in n["events"] if one["code"] == 25]
    assert told == [(30, 31), (31, 32), (32, 30)]


@pytest.mark.prove
def test_a_household_without_a_leak_has_no_alarm():
    _, n = _run(trace=household(1, 1))
    assert n["alarms"] == []


@pytest.mark.prove
@pytest.mark.parametrize("link", ["wifi", "bc66"])
@pytest.mark.parametrize(
    ("name", "days", "since_s", "kind", "latest_s"),
    [
        ("leak_burst_600lph_a_14d.csv.gz", 7, 528_000, "burst", 36 * 60),
        ("leak_burst_1500lph_a_14d.csv.gz", 9, 741_900, "burst", 36 * 60),
        ("leak_12lph_a_14d.csv.gz", 8, 382_620, "continuous", 32 * _HOUR_S),
    ],
)
def test_recorded_leaks_arrive_while_they_run(
    recordings, name, days, since_s, kind, latest_s, link
):
    trace = read_trace(recordings / name)
    outages_s = () if kind == "burst" else ((since_s + 3600, 4 * _HOUR_S),)
    run = Run(Settings(trace=trace, days=days, link=link, outages_s=outages_s))
    n = run.result()
    assert is_sound(n, 1000)
    notice = _of(n, kind, "notice")
    assert 0 < notice["reported_s"] - since_s <= latest_s
    assert notice["end_s"] is None or notice["reported_s"] < notice["end_s"]


@pytest.mark.prove
def test_a_recorded_leak_is_in_alarm_within_the_hour_behind_a_day_without_a_network(recordings):
    outage_s = (630_000, 24 * _HOUR_S)  # the alarm is raised at 639,059
    trace = read_trace(recordings / "leak_12lph_a_14d.csv.gz")
    n = Run(Settings(trace=trace, days=9, link="sim7020", outages_s=(outage_s,))).result()
    assert is_sound(n, 1000)
    found = _of(n, "continuous", "alarm")
    assert found["begin_s"] < sum(outage_s) < found["reported_s"] < sum(outage_s) + 1.5 * _HOUR_S


@pytest.mark.prove
@pytest.mark.parametrize("link", ["bc66", "bg95", "sim7020", "ppp"])
def test_a_recorded_burst_is_told_while_it_runs_though_the_network_was_away_for_three_hours(
    recordings, link
):
    """What searching for it took of the day's energy is not missing when it is back."""
    began_s, outage_s = 528_000, (529_000, 3 * _HOUR_S)
    trace = read_trace(recordings / "leak_burst_600lph_a_14d.csv.gz")
    run = Run(Settings(trace=trace, days=8, link=link, outages_s=(outage_s,)))
    n = run.result()
    assert is_sound(n, 1000)
    for level in ("notice", "alarm"):
        found = _of(n, "burst", level)
        assert sum(outage_s) < found["reported_s"] < began_s + 5.5 * _HOUR_S
