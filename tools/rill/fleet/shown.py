"""The figures of `rill fleet` for people: the tables of docs/fleet.md."""

_HOUR_S = 3600
_LOST = {"broker": "the broker", "cells": "a cell"}
_HEAD = """\
| | most connects/s | of the mean | oldest data | never older than | all heard again |
|---|---|---|---|---|---|"""


def shown(found: dict) -> str:
    """What `figures()` found."""
    mean = found["mean_connects_per_s"]
    lines = [
        f"{found['meters']:,} meters, {found['serials']} numbers, a report each "
        f"{_hours(found['report_s'])} within {found['window_s']} s,",
        f"{mean:.1f} connects/s on average:",
        "",
        _HEAD,
    ]
    for one in found["outages"]:
        begin = _begin(one, found["window_s"])
        name = f"{found['outage_h']} h without {_LOST[one['lost']]}, {begin}"
        again = _hours(one["time_to_recover_s"])
        lines.append(_row(name, one["peak_connects_per_s"], mean, one, again))
    if not found["outages"]:
        if found["serials"] == "consecutive":
            lines.append(_row("as planned", found["peak_connects_per_s"], mean, found, ""))
        lines.append(_row("as they join", found["peak_attached_per_s"], mean, found, ""))
    return "\n".join(lines)


def _row(name: str, peak: int, mean: float, ages: dict, again: str) -> str:
    oldest, stated = (_hours(ages[f"age_of_data{which}_s"]) for which in ("", "_stated"))
    return f"| {name} | {peak} | {peak / mean:.2f} | {oldest} | {stated} | {again} |"


def _begin(outage: dict, window_s: int) -> str:
    if outage["lost"] == "cells":
        return "from midnight on"
    part = outage["begin_s"] / window_s
    return {0: "when slots begin", 0.5: "in the midst of them"}.get(part, "when they have passed")


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
