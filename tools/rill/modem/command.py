"""`rill modem`: a simulated modem to talk to, and dialogues of real ones as the engine reads."""

import argparse
import json
from pathlib import Path

from rill.modem.faults import ALL, FAULTS
from rill.modem.models import FAMILY_MODELS, MODELS
from rill.modem.replay import FAMILIES, replay
from rill.modem.serve import address, model_named, serve


def add_parser(commands) -> None:
    modem = commands.add_parser("modem", help="a simulated modem, or the words of a real one")
    modem.set_defaults(command=_serve)
    add_option = modem.add_argument
    add_option("--family", choices=FAMILY_MODELS, help="of the modem to be")
    add_option("--model", choices=MODELS, help="default: the usual one of the family")
    add_option("--faults", type=fault_names, default=(), metavar="NAME,...",
               help="what goes wrong, or all")  # fmt: skip
    add_option("--seed", type=int, default=1, help="of faults and delays (default 1)")
    add_option("--peer", metavar="HOST:PORT", help="where its sockets go (default: as asked)")
    verbs = modem.add_subparsers(metavar="VERB")
    faults = verbs.add_parser("faults", help="name what can go wrong with a simulated modem")
    faults.set_defaults(command=_list_faults)
    add = verbs.add_parser("replay", help="run a recorded dialogue through the firmware's engine")
    add.set_defaults(command=_replay)
    add.add_argument("file", type=Path, metavar="FILE", help="notation: docs/modem.md")
    add.add_argument("--family", choices=FAMILIES, help="default: what the file says, else other")
    add.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def fault_names(text: str) -> tuple[str, ...]:
    """Of a list with commas."""
    names = tuple(name for name in text.split(",") if name)
    for name in names:
        if name not in FAULTS and name != ALL:
            raise argparse.ArgumentTypeError(f"no fault is called {name!r}: rill modem faults")
    return names


def _list_faults(options: argparse.Namespace) -> int:
    for name, (_, text) in FAULTS.items():
        print(f"{name:20}{text}")
    return 0


def _serve(options: argparse.Namespace) -> int:
    model = model_named(options.family, options.model)
    serve(model, options.faults, options.seed, options.peer and address(options.peer))
    return 0


def _replay(options: argparse.Namespace) -> int:
    found = replay(options.file, options.family)
    if options.json:
        print(json.dumps(found))
        return 0
    for urc in found["urcs"]:
        print(f"! {urc}")
    if found["data"]:
        print(f"* {found['data']}")
    for one in found["commands"]:
        print(">>" if one["command"] == ">>" else f"> {one['command']}")
        for mark, key in (("+", "lines"), ("!", "urcs")):
            for line in one[key]:
                print(f"{mark} {line}")
        if one["data"]:
            print(f"* {one['data']}")
        print(f"= {one['result']}")
    return 0
