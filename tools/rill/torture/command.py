"""`rill torture`: the scenarios, shared out over two processes, and what became of them."""

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table

from rill import image
from rill.torture.oracle import COLUMNS
from rill.torture.scenarios import SCENARIOS
from rill.torture.trial import Trial

_PROCESSES = 2
_MAXIMA = ("max_recovery_ms", "max_heap_bytes")
_DEFAULT_CUTS = 450


def add_parser(commands) -> None:
    """Add the command to the table of commands."""
    torture = commands.add_parser(
        "torture", help="cut the power at the flash operations of a meter"
    )
    torture.set_defaults(command=_torture)
    add = torture.add_argument
    add("--scenario", choices=tuple(SCENARIOS), action="append", metavar="NAME",
        help=f"only this one; may be given again: {chr(44).join(SCENARIOS)}")  # fmt: skip
    add("--cuts", type=_cuts, default=_DEFAULT_CUTS, metavar="all|N",
        help=f"so many seeded cuts in all of them together (default {_DEFAULT_CUTS})")  # fmt: skip
    add("--seed", type=int, default=1, metavar="N", help="of the cuts (default 1)")
    add("--json", action="store_true", help="print one JSON list and nothing else")


def _cuts(text: str) -> int | None:
    if text == "all":
        return None
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 10**6:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is neither 'all' nor a whole number from 1")


def _torture(options: argparse.Namespace) -> int:
    names = list(dict.fromkeys(options.scenario or SCENARIOS))
    found = run(names, options.cuts, options.seed)
    print(json.dumps(found)) if options.json else _show(found)
    return 0 if all(is_sound(numbers) for numbers in found) else 1


def run(names: list[str], cuts: int | None, seed: int, firmware: Path | None = None) -> list[dict]:
    """The numbers of each scenario. cuts: in all of them together, None: all there are."""
    image.build()
    image.build_board()  # not in two processes at once
    each = None if cuts is None else -(-cuts // len(names))
    jobs = [(name, share, each) for name in names for share in range(_PROCESSES)]
    with ProcessPoolExecutor(_PROCESSES) as pool:
        parts = list(pool.map(_part, *zip(*[(job, seed, firmware) for job in jobs], strict=True)))
    return [_sum([part for part in parts if part["scenario"] == name]) for name in names]


def _part(job: tuple, seed: int, firmware: Path | None) -> dict:
    name, share, each = job
    if each is not None:
        each = (each + share) // _PROCESSES
    trial = Trial(name, seed=seed, cuts=each, share=share, shares=_PROCESSES, firmware=firmware)
    return trial.run()


def _sum(parts: list[dict]) -> dict:
    total = dict(parts[0])
    for part in parts[1:]:
        for key, value in part.items():
            if key in _MAXIMA:
                total[key] = max(total[key], value)
            elif key != "scenario":
                total[key] += value
    return total


def is_sound(numbers: dict) -> bool:
    """True when the meter came back from every cut and nothing was lost."""
    return numbers["reopened"] == numbers["runs"] and not any(numbers[name] for name in COLUMNS)


def _show(found: list[dict]) -> None:
    table = Table("scenario", "cuts", "runs", "reopened", *[c.replace("_", " ") for c in COLUMNS],
                  "ms", "heap", title="Power cuts")  # fmt: skip
    for n in found:
        table.add_row(n["scenario"], *[f"{n[key]:,}" for key in list(n)[1:]])
    Console(width=None if sys.stdout.isatty() else 140).print(table)
    sound = all(is_sound(numbers) for numbers in found)
    print("Nothing stored was lost." if sound else "SOMETHING STORED WAS LOST.")
