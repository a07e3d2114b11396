"""The command `rill`: one table of commands, one exit status each.

0 all is well, 1 something was lost or did not run, 2 wrong input or no broker, 130 Ctrl-C.
"""

import argparse
import json
import signal
import sys
from contextlib import suppress

from rill.balance.command import add_parser as add_balance
from rill.balance.registers import BalanceError
from rill.broker import BrokerError
from rill.cable import commands as cable
from rill.collect.command import add_parsers as add_collecting
from rill.energy.command import add_parser as add_energy
from rill.energy.counts import CountsError
from rill.energy.table import TableError
from rill.fields import profiles, pulse_fields
from rill.fleet.command import FleetError
from rill.fleet.command import add_parser as add_fleet
from rill.household import household
from rill.image import USUAL_BOARD, ImageError, boards, build
from rill.interpreter import ToolMissing
from rill.leaks.command import add_parser as add_leaks
from rill.leaks.running import DetectorError, LeaksError
from rill.linked import LINKS
from rill.message import PayloadError
from rill.modem.command import add_parser as add_modem
from rill.modem.command import fault_names
from rill.modem.replay import ReplayError
from rill.modem.serve import ServeError
from rill.probes import FAULTS, REGISTERS
from rill.pulses import PulsesError, load, run_edges
from rill.purifier import PULSE_ML, PULSES, made_purifier
from rill.signing import SigningError
from rill.simulate import Run, Settings, SimulationError
from rill.store import StoreError
from rill.torture import command as torture
from rill.torture.trial import TortureError
from rill.trace import Trace, TraceError, read_trace
from rill.verdict import is_sound
from rill.view import Progress, pulses_summary, summary
from rill.world import WorldError

_DAY_S = 86400
_HALL_PULSES = 450  # a litre, of a YF-S201
_WRONG_INPUT = (
    BrokerError, TraceError, StoreError, PulsesError, ReplayError, ServeError, PayloadError,
    SigningError, BalanceError, LeaksError, TableError,
    *cable.WRONG_INPUT,
)  # fmt: skip
_BROKEN = (
    SimulationError, TortureError, ImageError, ToolMissing, WorldError, DetectorError, CountsError,
    FleetError, *cable.BROKEN,
)  # fmt: skip


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
    add("--sensor", choices=("reed", "hall"), default="reed",
        help="hall: 450 pulses a litre, on a meter that stays awake (default reed)")  # fmt: skip
    add("--pulse-ml", type=_number(1, 10**8), metavar="ML",
        help="water per pulse of a reed (default 1000)")  # fmt: skip
    add("--slot-s", type=_number(60, 3600), default=3600, help="a record each (default 3600)")
    add(
        "--report-s", type=_number(60, 604800), default=21600, help="a report each (default 21600)"
    )
    add("--broker", metavar="URL", help="mqtt://host:port (default: one of our own)")
    add(
        "--tls",
        action="store_true",
        help="meter and broker (mosquitto) show each other certificates of a CA of our own",
    )
    add("--outage", type=_outage, action="append", default=[], metavar="START_S:LENGTH_S",
        help="no network from START_S on for LENGTH_S; may be given again")  # fmt: skip
    add("--reset-every", type=_number(2, 10**6), default=0, metavar="N",
        help="reset the board in the middle of every Nth wake (2 or more)")  # fmt: skip
    add("--board", choices=boards(), default=USUAL_BOARD,
        help=f"of firmware/boards; purifier: made-up draws (default {USUAL_BOARD})")  # fmt: skip
    add("--quality", action="store_true", help="fit TDS, turbidity and temperature probes")
    add("--instrument", choices=sorted(REGISTERS), default="",
        help="fit one on RS-485")  # fmt: skip
    add("--probe-fault", type=_fault, action="append", default=[], metavar="NAME:START_S:LENGTH_S",
        help=f"a probe is broken then; may be given again: {', '.join(FAULTS)}")  # fmt: skip
    add("--link", choices=LINKS, default="wifi", metavar="LINK",
        help=f"how it reports: {', '.join(LINKS)} (default wifi)")  # fmt: skip
    add("--profile", choices=profiles(),
        help="how it speaks to the head end (default json, over a modem packed)")  # fmt: skip
    add("--faults", type=fault_names, default=(), metavar="NAME,...",
        help="of the modem, or all; rill modem faults")  # fmt: skip
    add("--ecl", type=int, choices=(0, 1, 2), default=0,
        help="coverage of the modem: 0 good, 2 the worst (default 0)")  # fmt: skip
    add("--heap", type=_number(60_000, 10**9), default=200_000, metavar="BYTES",
        help="MicroPython's heap (default 200000: some 100 KB on an ESP32)")  # fmt: skip
    add("--db", default=":memory:", metavar="FILE", help="keep the readings in this SQLite file")
    add("--json", action="store_true", help="print one JSON object and nothing else")
    _add_pulses(commands)
    add_leaks(commands)
    add_fleet(commands, _number)
    torture.add_parser(commands)
    add_modem(commands)
    add_collecting(commands)
    add_balance(commands)
    add_energy(commands, _number)
    cable.add_parsers(commands, _number)
    image = commands.add_parser("image", help="build the tree that goes onto the flash")
    image.set_defaults(command=_image)
    image.add_argument("--board", choices=boards(), default=USUAL_BOARD, help="of firmware/boards")
    return root


def _add_pulses(commands) -> None:
    pulses = commands.add_parser(
        "pulses", help="run the flashed counting program on recorded edges"
    )
    pulses.set_defaults(command=_pulses)
    add = pulses.add_argument
    add("--edges", required=True, metavar="FILE", help="CSV or gz: t_us,level or t_us,ch,level")
    add("--phase-us", type=_number(0, 10**9), default=0, metavar="N", help="edges N us later")
    add("--clock-factor", type=_factor, default=1.0, metavar="F",
        help="slow clock against what was measured, 0.5 to 2 (default 1)")  # fmt: skip
    add("--json", action="store_true", help="print one JSON object and nothing else")
    group = pulses.add_argument_group("settings, as in config.json (docs/configuration.md)")
    for field in pulse_fields():
        option, kind = f"--{field.key.replace('_', '-')}", type(field.default)
        group.add_argument(option, type=kind, default=field.default, metavar=kind.__name__,
                           help=f"default {field.default}")  # fmt: skip


def _factor(text: str) -> float:
    with suppress(ValueError):
        if 0.5 <= float(text) <= 2:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number 0.5 to 2")


def _pulses(options: argparse.Namespace) -> int:
    settings = {field.key: getattr(options, field.key) for field in pulse_fields()}
    numbers = run_edges(load(settings), options.edges, options.phase_us, options.clock_factor)
    print(json.dumps(numbers) if options.json else pulses_summary(numbers))
    return 0


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


def _fault(text: str) -> tuple[str, int, int]:
    name, _, times = text.partition(":")
    if name not in FAULTS:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(FAULTS)}")
    return name, *_outage(times)


def _simulate(options: argparse.Namespace) -> int:
    purifier = None
    if options.board == "purifier":
        purifier = made_purifier(options.seed, options.days or 1)
        trace, days = purifier.trace(), options.days or 1
    else:
        trace, days = _water(options)
    refusal = _refusal(options, days)
    if refusal:
        print(f"rill: {refusal}", file=sys.stderr)
        return 2
    settings = Settings(
        trace=trace,
        days=days,
        seed=options.seed,
        **_sensor(options),
        slot_s=options.slot_s,
        report_s=options.report_s,
        broker=options.broker,
        tls=options.tls,
        outages_s=tuple(options.outage),
        reset_every=options.reset_every,
        heap_bytes=options.heap,
        database=options.db,
        has_quality=options.quality,
        probe_faults=tuple(options.probe_fault),
        board=options.board,
        purifier=purifier,
        instrument=options.instrument,
        link=options.link,
        faults=options.faults,
        ecl=options.ecl,
        config={"profile": options.profile} if options.profile else {},
    )
    with Progress(days, enabled=not options.json and sys.stderr.isatty()) as progress:
        numbers = Run(settings, progress.show).result()
    readings = numbers.pop("readings")
    del numbers["events"], numbers["quality"]
    sound = is_sound(numbers, settings.most_unreported_ml)
    print(json.dumps(numbers) if options.json else summary(numbers, readings, settings, sound))
    return 0 if sound else 1


def _sensor(options: argparse.Namespace) -> dict:
    """Which one, and how many pulses are how much water."""
    if options.board == "purifier":
        return {"sensor": "hall", "pulse_ml": PULSE_ML, "pulses": PULSES}
    if options.sensor == "hall":
        return {"sensor": "hall", "pulse_ml": 1000, "pulses": _HALL_PULSES}
    return {"sensor": "reed", "pulse_ml": options.pulse_ml or 1000, "pulses": 1}


def _refusal(options: argparse.Namespace, days: int) -> str | None:
    """What is wrong with options that don't go together, as one sentence."""
    if options.report_s % options.slot_s or _DAY_S % options.slot_s:
        return "--report-s must be a multiple of --slot-s, and that divide 86400"
    if options.tls and options.broker:
        return "--tls is for a broker of our own: a meter has to be given the CA of another one"
    is_purifier, own = options.board == "purifier", options.sensor != "reed"
    if is_purifier and (own or options.trace or options.pulse_ml or options.quality):
        return "--board purifier brings its own water, sensor and probes"
    if options.probe_fault and not (options.quality or options.instrument or is_purifier):
        return "--probe-fault is for a meter with --quality or --instrument"
    if options.link == "wifi" and (options.faults or options.ecl):
        return "--faults and --ecl are for a meter with a modem, --link"
    if options.link != "wifi" and (is_purifier or options.quality or options.instrument):
        return "a modem takes the pins of the probes: no --quality, --instrument, --board purifier"
    if options.sensor == "hall" or is_purifier:
        if options.pulse_ml:
            return "--pulse-ml is for a reed; a hall sensor gives 450 pulses a litre"
        if options.reset_every:
            return "--reset-every counts wakes; with a hall sensor the meter never sleeps"
        if days * _DAY_S % options.report_s:
            return (
                "--report-s must divide the seconds of all days: --sensor hall ends with a report"
            )
    return None


def _water(options: argparse.Namespace) -> tuple[Trace, int]:
    """The trace and the days of it: the whole of a recording, one day of a made household."""
    if options.trace is None:
        days = options.days or 1
        return household(options.seed, days), days
    trace = read_trace(options.trace)
    return trace, options.days or max(1, -(-trace.end_s // _DAY_S))


def _image(options: argparse.Namespace) -> int:
    print(build(board=options.board))
    return 0
