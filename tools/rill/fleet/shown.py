"""The figures of `rill fleet` for people: the tables of docs/fleet.md."""

_HOUR_S = 3600
_LOST = {"broker": "the broker", "answers": "an answer", "cells": "a cell"}
_HEAD = """\
| | most connects/s | of the mean | oldest data | never older than | all heard again |
|---|---|---|---|---|---|"""


def shown(found: dict) -> str:
    """What `figures()` found."""
    lines = [
        f"{found['meters']:,} meters, {found['serials']} numbers, a report each "
        f"{_hours(found['report_s'])} within {found['window_s']} s,",
        f"{_pace(found['meters'], found['window_s'])} on average:",
        "",
        _HEAD,
    ]
    for one in found["outages"]:
        begin = begin_of(one, found["window_s"])
        name = f"{found['outage_h']} h without {_LOST[one['lost']]}, {begin}"
        again = _hours(one["time_to_recover_s"])
        lines.append(_row(name, one["peak_connects_per_s"], one["peak_over_mean"], one, again))
    if not found["outages"]:
        if found["serials"] == "consecutive":
            peak = found["peak_connects_per_s"], found["peak_over_mean"]
            lines.append(_row("as planned", *peak, found))
        peak = found["peak_attached_per_s"], found["attached_over_mean"]
        lines.append(_row("as they join", *peak, found))
    return "\n".join(lines)


def _pace(meters: int, window_s: int) -> str:
    if meters < window_s:
        return f"a connect in {window_s / meters:,.0f} s"
    return f"{meters / window_s:,.1f} connects/s"


def _row(name: str, peak: int, over_mean: float, ages: dict, again: str = "") -> str:
    oldest, stated = (_hours(ages[f"age_of_data{which}_s"]) for which in ("", "_stated"))
    return f"| {name} | {peak} | {over_mean:.2f} | {oldest} | {stated} | {again} |"


def begin_of(outage: dict, window_s: int) -> str:
    """When it began, in words; outage: one of `outages`."""
    if outage["lost"] != "broker":
        return "from midnight on"
    if outage["begin_s"] == window_s:
        return "when they have passed"
    return "in the midst of them" if outage["begin_s"] else "when slots begin"


def _hours(seconds: int) -> str:
    return f"{seconds / _HOUR_S:.1f} h"


def load_shown(found: dict) -> str:
    """What `load()` found."""
    lines = [f"{found['broker']}, {found['sessions']:,} sessions"]
    for name, one in (
        (f"spread, {found['mean_sessions_per_s']:.0f} a second", found),
        ("all at once", found["at_once"]),
    ):
        lines.append(
            f"  {name}: {one['served']:,} served in {one['all_served_s']} s, "
            f"{one['most_at_once']:,} at once, {one['session_ms']} ms each, "
            f"{one['longest_session_ms']} ms at most"
        )
    return "\n".join(lines)
