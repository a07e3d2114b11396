"""`rill modem`: dialogues of real modems, as the firmware's engine reads them."""

import argparse
import json
from pathlib import Path

from rill.modem.replay import FAMILIES, replay


def add_parser(commands) -> None:
    modem = commands.add_parser("modem", help="what the firmware makes of a modem's words")
    verbs = modem.add_subparsers(required=True, metavar="VERB")
    add = verbs.add_parser("replay", help="run a recorded dialogue through the firmware's engine")
    add.set_defaults(command=_replay)
    add.add_argument("file", type=Path, metavar="FILE", help="notation: docs/modem.md")
    add.add_argument("--family", choices=FAMILIES, help="default: what the file says, else other")
    add.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def _replay(options: argparse.Namespace) -> int:
    found = replay(options.file, options.family)
    if options.json:
        print(json.dumps(found))
        return 0
    for urc in found["urcs"]:
        print(f"! {urc}")
    for one in found["commands"]:
        print(f"> {one['command']}")
        for mark, key in (("+", "lines"), ("!", "urcs")):
            for line in one[key]:
                print(f"{mark} {line}")
        if one["data"]:
            print(f"* {one['data']}")
        print(f"= {one['result']}")
    return 0
