"""`rill deploy`: the firmware of this tree onto a board, which can boot at every moment."""

import argparse
import json
import sys

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn
from rich.progress import Progress as Bar

from rill.cable import deployment
from rill.cable.board_side import STAY
from rill.cable.found import Found, Refused, check, dotted, find_out
from rill.cable.port import RESET, Port, Unplugged
from rill.cable.prompt import DeviceError
from rill.cable.reaching import let_go, reached
from rill.fields import firmware_version
from rill.image import USUAL_BOARD, boards, build, build_trial

# A first wake, with a report that fails slowly over a modem; most take some seconds.
_FIRST_WAKE_S = 120.0
_AGAIN = "the meter boots with what it had. Plug it in and run `rill deploy` again: it continues"


class NotTried(Exception):
    """The new firmware is on the board, and has not proved itself yet."""


def add_parser(commands) -> None:
    deploy = commands.add_parser("deploy", help="put this firmware onto a board at a cable")
    deploy.set_defaults(command=_deploy)
    add = deploy.add_argument
    add("port", nargs="?", metavar="PORT", help="like /dev/ttyUSB0 (default: the only one)")
    add("--board", choices=boards(),
        help=f"write board.py (default: as it is; on a new one {USUAL_BOARD})")  # fmt: skip
    add("--force", action="store_true", help="replace another program; take another chip")
    add("--json", action="store_true", help="print one JSON object and nothing else")


def _deploy(options: argparse.Namespace) -> int:
    image = build(board=options.board or USUAL_BOARD)
    is_of_board = options.board is not None
    release = deployment.release_of(image, build_trial(), firmware_version(), is_of_board)
    with reached(options.port, again=f"Nothing is lost: {_AGAIN}") as port:
        enabled = not options.json and sys.stderr.isatty()
        numbers = deploy(port, release, options.force, enabled)
    print(json.dumps(numbers) if options.json else summary(numbers))
    return 0


def deploy(
    port: Port,
    release: deployment.Release,
    force: bool = False,
    shows: bool = False,
    first_wake_s: float = _FIRST_WAKE_S,
) -> dict:
    """Onto the board at an open port, at its prompt; what `rill deploy --json` prints.

    Raises Refused, PortError, NotTried.
    """
    try:
        found = find_out(port)
        check(found, force)
        port.exec(STAY)
        made = deployment.plan(port, found, release)
    except Refused:
        port.leave(RESET)  # what ran goes on
        raise
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    console = Console(stderr=True)
    with Bar(*columns, console=console, disable=not shows, transient=True) as bar:
        size = sum(len(release.files[name]) for name in made.far)
        size += sum(len(release.files[deployment.name_of(to)]) for _, to in made.near)
        task = bar.add_task(f"to {made.directory}", total=size)
        try:
            replaced = deployment.carry_out(
                port, found, release, made, lambda size: bar.advance(task, size)
            )
        except Unplugged as error:
            raise Unplugged(f"{error} Nothing is lost: {_AGAIN}") from error
        except (DeviceError, Refused, KeyboardInterrupt):
            let_go(port)
            raise
    port.leave(RESET)
    if not (made.is_done and found.is_settled):
        _await_trial(port, made.directory, first_wake_s)
    return _numbers(port, found, release, made) | {"replaced": replaced}


def _await_trial(port: Port, directory: str, wait_s: float) -> None:
    ending = f"firmware {directory} stays".encode()
    heard = port.hear(wait_s, until=ending)
    if not heard.endswith(ending):
        last = heard.decode(errors="replace").strip().splitlines()[-8:]
        raise NotTried(
            "the new firmware has not ended its first wake well. It is tried three times, then"
            " the meter goes back to the one before by itself. Its last words:\n"
            + "\n".join(f"  {line}" for line in last)
        )


def _numbers(port: Port, found: Found, release: deployment.Release, made: deployment.Plan) -> dict:
    return {
        "port": port.path,
        "image": dotted(found.image),
        "machine": found.machine,
        "version_before": found.version,
        "version": release.version,
        "directory": made.directory,
        "files": len(release.files),
        "files_sent": len(made.far),
        "bytes_sent": made.bytes_over_cable(release),
        "files_copied_on_board": len(made.near),
        "is_up_to_date": made.is_done,
        "has_configuration": "config.json" in found.names,
    }


def summary(numbers: dict) -> str:
    """For people."""
    if numbers["is_up_to_date"]:
        text = f"rill {numbers['version']} is on it already, in {numbers['directory']}"
        if numbers["replaced"]:
            text += f"; written anew: {', '.join(numbers['replaced'])}"
    else:
        text = (
            f"rill {numbers['version']} runs from {numbers['directory']}:"
            f" {numbers['files_sent']} files sent ({numbers['bytes_sent'] // 1024} KiB),"
            f" {numbers['files_copied_on_board']} were there, {numbers['files']} verified."
            "\nIts first wake has ended well."
        )
    if not numbers["has_configuration"]:
        text += "\nIt has no config.json yet: it counts, and reports to nobody."
    return text
