"""`rill fleet`: what 130,000 meters are for a broker, by the plan of their own firmware."""

import argparse
import json
import sys

from rill.fleet.figures import figures
from rill.fleet.load import lasts_s, load
from rill.fleet.running import SERIALS, FleetError
from rill.fleet.shown import load_shown, shown

_LONGEST_LOAD_S = 300

__all__ = ["FleetError", "add_parser"]


def add_parser(commands, number) -> None:
    """Add the command to the table of commands. number(lowest, highest): a type of option."""
    fleet = commands.add_parser("fleet", help="when the meters of a fleet connect to its broker")
    fleet.set_defaults(command=_fleet)
    add = fleet.add_argument
    add("--meters", type=number(1, 1_000_000), default=130_000, metavar="N",
        help="of the fleet (default 130000)")  # fmt: skip
    add("--window-s", type=number(60, 86_400), default=3600, metavar="N",
        help="report_window_s of its configuration (default 3600)")  # fmt: skip
    add("--serials", choices=SERIALS, default=SERIALS[0],
        help="arbitrary: drawn at random, and each takes a while to join (default consecutive)",
    )  # fmt: skip
    add("--outage", type=number(0, 168), default=0, metavar="H",
        help="for so many hours the broker is lost, or the network (default 0: none)")  # fmt: skip
    add("--load", type=number(1, 20_000), metavar="N",
        help="let the first N meters connect to a mosquitto on this machine, ten times as fast",
    )  # fmt: skip
    add("--json", action="store_true", help="print one JSON object and nothing else")


def _fleet(options: argparse.Namespace) -> int:
    refusal = _refusal(options)
    if refusal:
        print(f"rill: {refusal}", file=sys.stderr)
        return 2
    if options.load:
        found = load(options.load, options.meters / options.window_s, options.serials)
        print(json.dumps(found) if options.json else load_shown(found))
        return 0 if found["served"] == options.load else 1
    found = figures(options.meters, options.window_s, options.serials, options.outage)
    print(json.dumps(found) if options.json else shown(found))
    return 0


def _refusal(options: argparse.Namespace) -> str | None:
    """What is wrong with options that don't go together, as one sentence."""
    if not options.load:
        return None
    if options.outage:
        return "--load has no outage: the meters come as on any day, and then all at once"
    if options.load > options.meters:
        return f"--load is for some of the --meters, and they are {options.meters}"
    seconds = lasts_s(options.load, options.meters / options.window_s)
    if seconds > _LONGEST_LOAD_S:
        return (
            f"--load would take {seconds / 60:,.0f} minutes, {_LONGEST_LOAD_S // 60} are the most:"
            " ask for fewer of the meters, or a shorter --window-s"
        )
    return None
