"""`rill status`, `selftest` and `console`: what a meter at the cable says of itself."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rill.cable.finding import find
from rill.cable.port import RESET, Port, run_terminal
from rill.cable.prompt import DeviceError, PortError
from rill.cable.reaching import enter, reached

_SELFTEST_S = 300.0  # the longest silence: a modem that looks for its network
# Where Ctrl-C came too early for the firmware to put it there.
_READY = """
try:
    meter
except NameError:
    try:
        from firmware.console.start import run
        run()
    except ImportError:
        print("There is no console on this board: this is Python's prompt.")
"""
# What meter.status() prints, behind what laptop.status() has said.
_SHOWN = """
from firmware.console.start import opened
from firmware.console.status import status
status(opened())
"""
_STATUS_S = 30.0
_SIGNS = {True: "passed", False: "FAILED", None: "-"}


class NoConsole(PortError):
    """What is on the board has none."""


class NoTerminal(PortError):
    """A prompt needs one."""


def add_parsers(commands) -> None:
    for name, text, command in (
        ("status", "what a meter at a cable says of itself", _status),
        ("selftest", "have a meter at a cable test itself; a report is sent", _selftest),
    ):
        parser = commands.add_parser(name, help=text)
        parser.set_defaults(command=command)
        parser.add_argument("port", nargs="?", metavar="PORT", help="default: the only one")
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    console = commands.add_parser("console", help="the prompt of a meter at a cable")
    console.set_defaults(command=_console)
    console.add_argument("port", nargs="?", metavar="PORT", help="default: the only one")


def _status(options: argparse.Namespace) -> int:
    with _fresh(options.port) as port:
        (found,) = answers(port, "status()", _STATUS_S)
        shown = "" if options.json else port.exec(_SHOWN, _STATUS_S)
    print(json.dumps({"port": port.path, **found}) if options.json else shown.rstrip())
    return 1 if found.get("wrong") else 0


def _selftest(options: argparse.Namespace) -> int:
    def show(line: dict) -> None:
        if options.json:
            return
        sign = _SIGNS[line["passed"]]
        print(f"{line['what']:18}{sign:8}{line['value']}  (limit: {line['limit']})", flush=True)
        if line["passed"] is not True and line["remedy"]:
            print(f"{'':18}{line['remedy']}", flush=True)

    with _fresh(options.port) as port:
        lines = answers(port, "selftest()", _SELFTEST_S, show)
    failed = [line for line in lines if line["passed"] is False]
    if options.json:
        print(json.dumps({"port": port.path, "passed": not failed, "checks": lines}))
    else:
        print(f"{len(lines)} checks, {len(failed)} failed")
    return 1 if failed else 0


@contextmanager
def _fresh(named: str | None) -> Iterator[Port]:
    """A meter that has forgotten what was interrupted; it goes on with its work behind it."""
    with reached(named) as port:
        try:
            port.enter(soft_reset=True)
            yield port
        finally:
            port.leave(RESET)


def answers(
    port: Port, call: str, timeout_s: float, hear: Callable[[dict], None] = lambda line: None
) -> list[dict]:
    """What a function of firmware.console.laptop prints, a JSON object in each line.

    hear(object): as it comes. Raises PortError.
    """
    found: list[dict] = []
    rest = bytearray()

    def take(data: bytes) -> None:
        rest.extend(data.replace(b"\x04", b""))
        while b"\n" in rest:
            line, _, behind = bytes(rest).partition(b"\n")
            rest[:] = behind
            if line.startswith(b"{"):  # what else the firmware prints is for people
                found.append(_read(line))
                hear(found[-1])

    try:
        port.exec(f"from firmware.console import laptop\nlaptop.{call}", timeout_s, take)
    except DeviceError as error:
        if "ImportError" in error.traceback:
            raise NoConsole(
                "there is no console on this board: `rill deploy` puts this firmware onto it,"
                " `rill doctor` says what is there"
            ) from error
        raise
    if not found:
        raise NoConsole(f"the meter answered {call.partition('(')[0]} with nothing")
    return found


def _read(line: bytes) -> dict:
    try:
        return json.loads(line)
    except ValueError as error:
        raise NoConsole(f"the meter said what is no JSON: {line[:80]!r}") from error


def _console(options: argparse.Namespace) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise NoTerminal("a console needs a terminal: `rill status` and `selftest` need none")
    path = find(options.port)
    with Port(path) as port:
        enter(port, lambda text: print(f"rill: {text}", file=sys.stderr, flush=True))
        print(port.exec(_READY, 30.0), end="", file=sys.stderr)
    print("Ctrl-] leaves it; the meter goes back to its work by itself.", file=sys.stderr)
    return run_terminal(path)
