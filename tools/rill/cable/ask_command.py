"""`rill status`, `selftest` and `console`: what a meter at the cable says of itself."""

import argparse
import json
import sys
from collections.abc import Callable

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
_SIGNS = {True: "passed", False: "FAILED", None: "-"}


class NoConsole(PortError):
    """What is on the board has none."""


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
    with reached(options.port) as port:
        (found,) = ask(port, "status", 30.0)
    wrong = found.get("wrong", [])
    if options.json:
        print(json.dumps({"port": port.path, **found}))
        return 1 if wrong else 0
    for name, value in found.items():
        if name != "wrong":
            print(f"{name.replace('_', ' '):24}{'-' if value is None else value}")
    print("\n".join(f"wrong: {sentence}" for sentence in wrong) or "All is well.")
    return 1 if wrong else 0


def _selftest(options: argparse.Namespace) -> int:
    def show(line: dict) -> None:
        if options.json:
            return
        sign = _SIGNS[line["passed"]]
        print(f"{line['what']:18}{sign:8}{line['value']}  (limit: {line['limit']})", flush=True)
        if line["passed"] is not True and line["remedy"]:
            print(f"{'':18}{line['remedy']}", flush=True)

    with reached(options.port) as port:
        lines = ask(port, "selftest", _SELFTEST_S, show)
    failed = [line for line in lines if line["passed"] is False]
    if options.json:
        print(json.dumps({"port": port.path, "passed": not failed, "checks": lines}))
    else:
        print(f"{len(lines)} checks, {len(failed)} failed")
    return 1 if failed else 0


def ask(
    port: Port, name: str, timeout_s: float, hear: Callable[[dict], None] = lambda line: None
) -> list[dict]:
    """What a function of firmware.console.laptop prints, a JSON object in each line.

    hear(object): as it comes. The meter goes on with its work behind it. Raises PortError.
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
        port.enter(soft_reset=True)  # what was interrupted is forgotten
        port.exec(f"from firmware.console import laptop\nlaptop.{name}()", timeout_s, take)
    except DeviceError as error:
        if "ImportError" in error.traceback:
            raise NoConsole(
                "there is no console on this board: `rill deploy` puts this firmware onto it,"
                " `rill doctor` says what is there"
            ) from error
        raise
    finally:
        port.leave(RESET)
    if not found:
        raise NoConsole(f"the meter answered {name} with nothing")
    return found


def _read(line: bytes) -> dict:
    try:
        return json.loads(line)
    except ValueError as error:
        raise NoConsole(f"the meter said what is no JSON: {line[:80]!r}") from error


def _console(options: argparse.Namespace) -> int:
    path = find(options.port)
    with Port(path) as port:
        enter(port, lambda text: print(f"rill: {text}", file=sys.stderr, flush=True))
        print(port.exec(_READY, 30.0), end="", file=sys.stderr)
    print("Ctrl-] leaves it; the meter goes back to its work by itself.", file=sys.stderr)
    return run_terminal(path)
