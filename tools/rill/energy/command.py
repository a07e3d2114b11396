"""`rill energy`: how long a cell lasts, from what the firmware counts in simulated time."""

import argparse
import json
import sys
from pathlib import Path

from rill.energy.arithmetic import life
from rill.energy.changes import best, to_run
from rill.energy.counts import Counts
from rill.energy.picture import Reports, picture
from rill.energy.running import DAY_S, SIMULATED_DAYS, as_on_a_chip, count
from rill.energy.table import currents, names
from rill.linked import LINKS, model_of
from rill.view import Progress


def add_parser(commands, number) -> None:
    """Add the command to the table of commands. number(lowest, highest): a type of option."""
    energy = commands.add_parser("energy", help="how long the cell lasts, and what takes it")
    energy.set_defaults(command=_energy)
    add = energy.add_argument
    add("--days", type=number(2, 36500), default=365, metavar="N",
        help="of which the counts are; at most 15 are simulated (default 365)")  # fmt: skip
    add("--reports-per-day", type=number(1, 1440), default=4, metavar="N", help="default 4")
    add("--slot-s", type=number(60, 3600), default=3600, help="a record each (default 3600)")
    add("--ecl", type=int, choices=(0, 1, 2), default=0,
        help="coverage of the modem: 0 good, 2 the worst (default 0)")  # fmt: skip
    add("--link", choices=LINKS, default="bc66", metavar="LINK",
        help=f"how it reports: {', '.join(LINKS)} (default bc66)")  # fmt: skip
    for part, usual in (("cell", "ER34615"), ("board", "generic_esp32")):
        add(f"--{part}", default=usual, metavar="NAME",
            help=f"{', '.join(names(part + 's'))}, or one of your own file (default {usual})",
        )  # fmt: skip
    add("--currents", type=Path, metavar="FILE",
        help="your own measurements, in the form of currents.json (docs/energy.md)")  # fmt: skip
    add("--json", action="store_true", help="print one JSON object and nothing else")


def _energy(options: argparse.Namespace) -> int:
    refusal = _refusal(options)
    if refusal:
        print(f"rill: {refusal}", file=sys.stderr)
        return 2
    table = currents(options.cell, options.board, model_of(options.link), options.currents)
    changes = to_run(options.reports_per_day, options.ecl)
    counts, *changed = _counted(options, [{}, *changes.values()])
    found, *lives = (life(as_on_a_chip(one, table.board), table) for one in (counts, *changed))
    three = best(found, table, dict(zip(changes, lives, strict=True)))
    reports = _reports(options, counts)
    if options.json:
        numbers = {
            "days": options.days,
            "average_ua": round(found.average_ua, 2),
            "years": round(found.years, 2),
            "years_quoted": round(found.years_quoted, 2),
            "reports_asked": reports.asked,
            "reports_delivered": reports.delivered,
            "shares": {name: round(share, 4) for name, share in found.shares.items()},
            "changes": [{"what": c.what, "years": round(c.years, 2)} for c in three],
            "counts": {"polls": counts.polls, **counts.of},
        }
        print(json.dumps(numbers))
    else:
        print(picture(found, three, _title(options), reports))
    return 0


def _counted(options: argparse.Namespace, runs: list[dict[str, int]]) -> list[Counts]:
    """Of the run that is asked for, with each of these settings in the place of its own."""
    settings = {
        "slot_s": options.slot_s,
        "report_s": DAY_S // options.reports_per_day,
        "link": options.link,
        "ecl": options.ecl,
    }
    days = min(options.days, SIMULATED_DAYS)
    is_shown = not options.json and sys.stderr.isatty()
    found: list[Counts] = []
    with Progress(days, enabled=is_shown) as bar:

        def progress(share: float, now_s: int) -> None:
            bar.show((len(found) + share) / len(runs), now_s)

        for changed in runs:
            found.append(count(options.days, progress=progress, **settings | changed))
    return found


def _reports(options: argparse.Namespace, counts: Counts) -> Reports:
    tried, failed = round(counts.of["reports"]), round(counts.of["reports_failed"])
    return Reports(options.days * options.reports_per_day, tried - failed, failed)


def _title(options: argparse.Namespace) -> str:
    where = "" if options.link == "wifi" else f" at coverage level {options.ecl}"
    reports = "a report" if options.reports_per_day == 1 else f"{options.reports_per_day} reports"
    return (
        f"{options.board} on a {options.cell}: a record each {options.slot_s} s,"
        f" {reports} a day over {options.link}{where}"
    )


def _refusal(options: argparse.Namespace) -> str | None:
    """What is wrong with options that don't go together, as one sentence."""
    if DAY_S % options.reports_per_day or DAY_S // options.reports_per_day % options.slot_s:
        return "between two of --reports-per-day must be whole slots of --slot-s"
    if DAY_S % options.slot_s:
        return "--slot-s must divide 86400"
    if options.link == "wifi" and options.ecl:
        return "--ecl is for a meter with a modem"
    return None
