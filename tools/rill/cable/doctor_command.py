"""`rill doctor`: explains a board that does not answer."""

import argparse
import json
import sys

from rill.cable.doctor import Diagnosis, diagnose
from rill.cable.finding import find
from rill.cable.port import NoPort


def add_parser(commands) -> None:
    doctor = commands.add_parser("doctor", help="explain a board that does not answer")
    doctor.set_defaults(command=_doctor)
    doctor.add_argument("port", nargs="?", metavar="PORT", help="default: the only one")
    doctor.add_argument("--json", action="store_true", help="print one JSON object")


def _doctor(options: argparse.Namespace) -> int:
    try:
        path = find(options.port)
        found = diagnose(path, _tell)
    except NoPort as error:
        path = ""
        found = Diagnosis("no_port", str(error), "plug it in; some cables have no data wires")
    if options.json:
        print(
            json.dumps(
                {"port": path, "cause": found.cause, "found": found.found, "do": found.remedy}
            )
        )
    else:
        print(f"{found.found}\n  do: {found.remedy}")
    return 0 if found.is_well else 1


def _tell(text: str) -> None:
    print(f"rill: {text}", file=sys.stderr, flush=True)
