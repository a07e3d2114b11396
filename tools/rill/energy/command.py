"""`rill energy`: how long a cell lasts, from what the firmware counts in simulated time."""

import argparse
import json
import sys
from pathlib import Path

from rill.energy.arithmetic import life
from rill.energy.changes import best
from rill.energy.picture import picture
from rill.energy.running import DAY_S, as_on_a_chip, count
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
    add("--cell", choices=names("cells"), default="ER34615", help="default ER34615")
    add("--board", choices=names("boards"), default="generic_esp32", help="default generic_esp32")
    add("--currents", type=Path, metavar="FILE",
        help="your own measurements, in the form of currents.json (docs/energy.md)")  # fmt: skip
    add("--json", action="store_true", help="print one JSON object and nothing else")


def _energy(options: argparse.Namespace) -> int:
    refusal = _refusal(options)
    if refusal:
        print(f"rill: {refusal}", file=sys.stderr)
        return 2
    table = currents(options.cell, options.board, model_of(options.link), options.currents)
    with Progress(options.days, enabled=not options.json and sys.stderr.isatty()) as progress:
        counts = count(
            options.days,
            progress=progress.show,
            slot_s=options.slot_s,
            report_s=DAY_S // options.reports_per_day,
            link=options.link,
            ecl=options.ecl,
            board=options.board,
        )
    found = life(as_on_a_chip(counts, table.board), table)
    changes = best(found, table, options.reports_per_day, options.ecl)
    if options.json:
        numbers = {
            "days": options.days,
            "average_ua": round(found.average_ua, 2),
            "years": round(found.years, 2),
            "years_quoted": round(found.years_quoted, 2),
            "shares": {name: round(share, 4) for name, share in found.shares.items()},
            "changes": [{"what": c.what, "years": round(c.years, 2)} for c in changes],
            "counts": {"polls": counts.polls, **counts.of},
        }
        print(json.dumps(numbers))
    else:
        in_vain = counts.of["reports_failed"] / counts.of["reports"]
        print(picture(found, changes, _title(options), in_vain))
    return 0


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
