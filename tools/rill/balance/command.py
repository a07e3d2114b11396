"""`rill balance`: what flows into a district against what its homes use."""

import argparse
import json
from contextlib import suppress
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from rill.balance.account import LOW_PERCENT, Assumed, Value, balance
from rill.balance.district import District, district
from rill.balance.files import read_homes, read_inflow
from rill.balance.inflow import inflow_register
from rill.balance.night import disagreement, nights
from rill.balance.picture import picture
from rill.balance.registers import BalanceError, register
from rill.balance.stored import stored_registers, window_of
from rill.balance.timing import steps_of, timings
from rill.balance.view import report

_UNIX_S = 10**9  # 2001: no recording that counts from its own start is as long
_ML_M3 = 1e6


def add_parser(commands) -> None:
    parser = commands.add_parser("balance", help="a district's inflow against its homes")
    parser.set_defaults(command=_run)
    add = parser.add_argument
    add("--inflow", metavar="FILE", help="CSV or gz: t_s,inflow_l,reading_l")
    add("--homes", metavar="FILE", help="CSV or gz: home,t_s,reading_l")
    add("--db", metavar="URL", help="of rill collect: SQLite file or postgresql://...")
    add("--inflow-device", metavar="NAME", help="with --db: the district meter")
    add("--home-devices", metavar="PATTERN",
        help="with --db: the homes, like 'north-*' (default: all other devices)")  # fmt: skip
    add("--from", type=_day, dest="first_day", metavar="DAY", help="with --db: first day")
    add("--to", type=_day, dest="last_day", metavar="DAY", help="with --db: last day")
    add("--zone", type=_zone, metavar="NAME",
        help="local time, like Europe/Berlin (default: t_s counts from a midnight)")  # fmt: skip
    add("--meters-low", type=_percent, default=LOW_PERCENT, metavar="PERCENT",
        help=f"what the homes' meters miss (default {LOW_PERCENT:g})")  # fmt: skip
    add("--unbilled-m3", type=_volume, metavar="M3",
        help="known use that is not billed (default: 0.25 to 1.25 %% of the inflow)")  # fmt: skip
    add("--picture", metavar="FILE", help="draw it: an SVG file")
    add("--json", action="store_true", help="print one JSON object and nothing else")


def _day(text: str) -> date:
    with suppress(ValueError):
        return date.fromisoformat(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2026-01-31")


def _zone(text: str) -> ZoneInfo:
    with suppress(ValueError, LookupError, OSError):
        return ZoneInfo(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a time zone like Europe/Berlin")


def _percent(text: str) -> float:
    with suppress(ValueError):
        if 0 <= float(text) <= 50:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number 0 to 50")


def _volume(text: str) -> float:
    with suppress(ValueError):
        if 0 <= float(text) <= 10**9:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a volume in cubic metres")


def _run(options: argparse.Namespace) -> int:
    one = _from_database(options) if options.db else _from_files(options)
    unbilled_ml = None if options.unbilled_m3 is None else options.unbilled_m3 * _ML_M3
    assumed = Assumed(options.meters_low, unbilled_ml)
    account, steps = balance(one, assumed), steps_of(one, assumed)
    night, timing = nights(one, assumed, steps or []), timings(one, assumed)
    if account.nrw.value < -account.nrw.uncertainty:
        one.notes.append(
            "the homes used more than came in: a second inflow, homes of another district, "
            "or a meter that is wrong"
        )
    elif account.real.value < -account.real.uncertainty:
        one.notes.append(
            "the real loss is below zero: --unbilled-m3 or --meters-low is more than what is not "
            "accounted for"
        )
    if night and (note := disagreement(account.real, night.real)):
        one.notes.append(note)
    if options.picture:
        try:
            Path(options.picture).write_text(picture(one, assumed, steps or []))
        except OSError as error:
            raise BalanceError(f"{options.picture}: {error.strerror}") from error
    if options.json:
        print(json.dumps(_numbers(one, account, night, steps, timing)))
    else:
        print(report(one, assumed, account, night, steps, timing))
    return 0


def _from_files(options: argparse.Namespace) -> District:
    if not (options.inflow and options.homes):
        raise BalanceError("say --inflow FILE and --homes FILE, or --db URL")
    if any((options.inflow_device, options.home_devices, options.first_day, options.last_day)):
        raise BalanceError("--inflow-device, --home-devices, --from and --to are for --db")
    rows = read_inflow(options.inflow)
    if options.zone is None and any(row[0] >= _UNIX_S for row in rows):
        raise BalanceError(f"{options.inflow} has Unix times: say the --zone that it lies in")
    homes, empty = read_homes(options.homes)
    registers = {name: register(readings) for name, readings in homes.items()}
    return district(inflow_register(rows), registers, options.zone, None, empty)


def _from_database(options: argparse.Namespace) -> District:
    if options.inflow or options.homes:
        raise BalanceError("say --inflow FILE and --homes FILE, or --db URL, not both")
    if not (options.inflow_device and options.zone):
        raise BalanceError("--db needs --inflow-device NAME and --zone, like Europe/Berlin")
    if (options.first_day is None) != (options.last_day is None):
        raise BalanceError("--from and --to go together")
    window = None
    if options.first_day:
        if options.last_day < options.first_day:
            raise BalanceError("--to is a day before --from")
        window = window_of(options.first_day, options.last_day, options.zone)
    inflow, homes = stored_registers(
        options.db, options.inflow_device, options.home_devices or "*", window
    )
    return district(inflow, homes, options.zone, window)


def _numbers(one: District, account, night, steps, timing) -> dict:
    """What --json prints: docs/balance.md."""
    start = one.window.first
    return {
        "hours": one.window.count,
        "hours_used": account.hours,
        "hours_sharp": len(one.sharp),
        "homes": account.homes,
        **{
            f"{name}_m3": _value(getattr(account, name), _ML_M3)
            for name in ("input", "billed", "nrw", "apparent", "unbilled", "real")
        },
        "nrw_percent": _value(account.share, 0.01),
        "nrw_l_per_connection_day": _value(account.l_per_connection_day, 1),
        "budget_m3": {name: round(ml / _ML_M3, 3) for name, ml in account.budget.items()},
        "night": night
        and {
            "nights": len(night.nights),
            "inflow_l_h": round(night.inflow / 1000, 1),
            "homes_l_h": round(night.homes / 1000, 1),
            "loss_l_h": round(night.loss / 1000, 1),
            "real_m3": _value(night.real, _ML_M3),
        },
        "steps": steps
        and [
            {
                "begin_s": None if step.begin is None else (start + step.begin) * 3600,
                "end_s": None if step.end is None else (start + step.end) * 3600,
                "rate_l_h": _value(Value(step.rate_ml_h, step.uncertainty_ml_h), 1000),
                "m3": round(step.ml / _ML_M3, 3),
            }
            for step in steps
        ],
        "timing": [
            {
                "name": row.name,
                "hour_error_percent": _rounded(row.hour_error, 100),
                "day_error_percent": _rounded(row.day_error, 100),
                "nrw_percent": _rounded(row.share, 100),
                "night_loss_l_h": _rounded(row.night_ml_h, 0.001),
                "steps": row.steps,
            }
            for row in timing
        ],
        "notes": one.notes,
    }


def _value(value: Value, unit: float) -> dict:
    return {
        "value": round(value.value / unit, 3),
        "uncertainty": round(value.uncertainty / unit, 3),
    }


def _rounded(value: float | None, factor: float) -> float | None:
    return None if value is None else round(value * factor, 3)
