"""The command `rill`: one table of commands, one exit status each.

0 all is well, 1 something was lost or did not run, 2 wrong input or no broker, 130 Ctrl-C.
"""

import argparse
import json
import signal
import sys
from contextlib import suppress

from rill.broker import BrokerError
from rill.household import household
from rill.image import ImageError, build
from rill.interpreter import ToolMissing
from rill.simulate import Run, Settings, SimulationError
from rill.store import StoreError
from rill.trace import Trace, TraceError, read_trace
from rill.verdict import is_sound
from rill.view import Progress, summary
from rill.world import WorldError

_DAY_S = 86400
_WRONG_INPUT = (BrokerError, TraceError, StoreError)
_BROKEN = (SimulationError, ImageError, ToolMissing, WorldError)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status."""
    options = parser().parse_args(arguments)
    for ended_by in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ended_by, _stop)
    try:
        return options.command(options)
    except _WRONG_INPUT as error:
        print(f"rill: {error}", file=sys.stderr)
        return 2
    except _BROKEN as error:
        print(f"rill: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("rill: stopped", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """The table of commands."""
    root = argparse.ArgumentParser(prog="rill", description="Water meters: simulate and build.")
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    simulate = commands.add_parser("simulate", help="run a meter through days of water")
    simulate.set_defaults(command=_simulate)
    add = simulate.add_argument
    add("--days", type=_number(1, 3650), metavar="N", help="days (default: 1, or all of --trace)")
    add("--seed", type=_number(0, 2**31), default=1, help="of household and resets (default 1)")
    add("--trace", metavar="FILE", help="water of a real household: CSV or gz, header t_s,ml")
    add("--pulse-ml", type=_number(1, 10**8), default=1000, help="water per pulse (default 1000)")
    add("--slot-s", type=_number(60, 3600), default=3600, help="a record each (default 3600)")
    add(
        "--report-s", type=_number(60, 604800), default=21600, help="a report each (default 21600)"
    )
    add("--broker", metavar="URL", help="mqtt://host:port (default: one of our own)")
    add("--outage", type=_outage, action="append", default=[], metavar="START_S:LENGTH_S",
        help="no network from START_S on for LENGTH_S; may be given again")  # fmt: skip
    add("--reset-every", type=_number(2, 10**6), default=0, metavar="N",
        help="reset the board in the middle of every Nth wake (2 or more)")  # fmt: skip
    add("--heap", type=_number(60_000, 10**9), default=200_000, metavar="BYTES",
        help="MicroPython's heap (default 200000: some 100 KB on an ESP32)")  # fmt: skip
    add("--db", default=":memory:", metavar="FILE", help="keep the readings in this SQLite file")
    add("--json", action="store_true", help="print one JSON object and nothing else")
    image = commands.add_parser("image", help="build the tree that goes onto the flash")
    image.set_defaults(command=_image)
    return root


def _stop(_signal: int, _frame: object) -> None:
    """Ended by whoever: leave no process and no folder behind, and let nobody disturb that."""
    for again in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(again, signal.SIG_IGN)
    raise KeyboardInterrupt


def _number(lowest: int, highest: int):
    def number(text: str) -> int:
        with suppress(ValueError):
            if lowest <= int(text) <= highest:
                return int(text)
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number {lowest} to {highest}")

    return number


def _outage(text: str) -> tuple[int, int]:
    begin, _, length = text.partition(":")
    if not (begin.isascii() and begin.isdigit() and length.isascii() and length.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not START_S:LENGTH_S, like 3600:7200")
    return int(begin), int(length)


def _simulate(options: argparse.Namespace) -> int:
    if options.report_s % options.slot_s or _DAY_S % options.slot_s:
        print(
            "rill: --report-s must be a multiple of --slot-s, and that divide 86400",
            file=sys.stderr,
        )
        return 2
    trace, days = _water(options)
    settings = Settings(
        trace=trace,
        days=days,
        seed=options.seed,
        pulse_ml=options.pulse_ml,
        slot_s=options.slot_s,
        report_s=options.report_s,
        broker=options.broker,
        outages_s=tuple(options.outage),
        reset_every=options.reset_every,
        heap_bytes=options.heap,
        database=options.db,
    )
    with Progress(days, enabled=not options.json and sys.stderr.isatty()) as progress:
        numbers = Run(settings, progress.show).result()
    readings = numbers.pop("readings")
    sound = is_sound(numbers, options.pulse_ml)
    print(json.dumps(numbers) if options.json else summary(numbers, readings, settings, sound))
    return 0 if sound else 1


def _water(options: argparse.Namespace) -> tuple[Trace, int]:
    """The trace and the days of it: the whole of a recording, one day of a made household."""
    if options.trace is None:
        days = options.days or 1
        return household(options.seed, days), days
    trace = read_trace(options.trace)
    return trace, options.days or max(1, -(-trace.end_s // _DAY_S))


def _image(options: argparse.Namespace) -> int:
    print(build())
    return 0
