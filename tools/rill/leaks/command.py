"""`rill leaks`: on one recording, or the table of docs/leaks.md from a folder of them."""

import argparse
import json
from pathlib import Path

from rill.leaks.running import alarms, job
from rill.leaks.shown import shown
from rill.leaks.table import table
from rill.trace import DAY_S, TraceError, read_trace

_LATEST_BEGIN_S = 366 * DAY_S  # nobody records so long without water, but dates begin behind it


def add_parser(commands) -> None:
    """Add the command to the table of commands."""
    leaks = commands.add_parser("leaks", help="run the meter's leak detectors on a recording")
    leaks.set_defaults(command=_leaks)
    add = leaks.add_argument
    what = leaks.add_mutually_exclusive_group(required=True)
    what.add_argument("--trace", metavar="FILE", help="water: CSV or gz, header t_s,ml")
    what.add_argument("--table", type=Path, metavar="FOLDER",
        help="inject leaks into its house_*.csv and print what is found")  # fmt: skip
    add("--pulse-ml", type=_weight, default=1000, metavar="ML",
        help="water per pulse (default 1000; the table has several)")  # fmt: skip
    add("--seed", type=int, default=1, metavar="N", help="of the table's leaks (default 1)")
    add("--json", action="store_true", help="of --trace: print one JSON object and nothing else")


def _weight(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 10**8:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number 1 to 100000000")


def _leaks(options: argparse.Namespace) -> int:
    if options.table is not None:
        print(table(options.table, options.seed))
        return 0
    trace = read_trace(options.trace)
    if trace.rows and trace.rows[0][0] > _LATEST_BEGIN_S:
        days = trace.rows[0][0] // DAY_S
        raise TraceError(
            f"{options.trace}: the first row is {days} days in: expected t_s as seconds since the"
            " begin of the recording, no date"
        )
    found = alarms([job(trace, options.pulse_ml)])[0]
    if options.json:
        days = round(trace.end_s / DAY_S, 3)
        print(json.dumps({"alarms": [alarm._asdict() for alarm in found], "meter_days": days}))
    else:
        print(shown(trace, found))
    return 0
