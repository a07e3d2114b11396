"""The figures of `rill fleet` for people: the rows are those of docs/fleet.md."""

_HOUR_S = 3600


def shown(found: dict) -> str:
    """What `figures()` found, as the tables of docs/fleet.md."""
    mean = found["mean_connects_per_s"]
    lines = [
        f"{found['meters']:,} meters, {found['serials']} numbers, a report each "
        f"{_hours(found['report_s'])} within "
        f"{found['window_s']} s: {mean:.1f} connects/s on average",
        "",
        "| | most connects/s | of the mean | data at most | all are heard again |",
        "|---|---|---|---|---|",
    ]
    if not found["outages"]:
        usual = found["peak_connects_per_s"]
        attached = found["peak_attached_per_s"]
        lines.append(_row("as planned", usual, mean, found["age_of_data_s"], "-"))
        lines.append(_row("as they join", attached, mean, found["age_of_data_s"], "-"))
    for one in found["outages"]:
        name = f"{found['outage_h']} h without {one['lost']}: {_begin(one, found['window_s'])}"
        again = _hours(one["time_to_recover_s"])
        lines.append(_row(name, one["peak_connects_per_s"], mean, one["age_of_data_s"], again))
    stated = _hours(found["age_of_data_stated_s"])
    lines += ["", f"No meter's data is older than {stated}."]
    return "\n".join(lines)


def _row(name: str, peak: int, mean: float, age_s: int, again: str) -> str:
    return f"| {name} | {peak} | {peak / mean:.2f} | {_hours(age_s)} | {again} |"


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
