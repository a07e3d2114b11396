"""When the meters of a fleet connect, as their own firmware plans it: board/fleet.py asks that in
the interpreter, this shares the meters out and adds up what comes back.
"""

import os
import random
import subprocess
import tempfile
from array import array
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from rill.fields import fields
from rill.image import build, build_board
from rill.interpreter import micropython

SERIALS = ("consecutive", "arbitrary")
ATTACH_S = 20  # a modem takes up to so long to join, or to wake: it is good coverage
_USUAL = {field.key: field.default for field in fields()}
SLOT_S = int(_USUAL["slot_s"])
REFUSED, SILENT, CELLS = range(3)  # what an outage is, see Job
_SCRIPT = "fleet.py"
_HEAP_BYTES = 32_000_000  # for a part of a million meters, the most, and for an outage of a week
_PARTS = 4  # of a fleet: the same on each machine, so that chance is
_SEED = 1


class FleetError(Exception):
    """The plan of the firmware broke down; what the interpreter printed."""


class Job(NamedTuple):
    """What the script is asked; the seconds are from a UTC midnight on.

    lost: the broker, so that the network refuses; an answer of either; or all cells.
    """

    report_s: int
    slot_s: int
    window_s: int
    begin_s: int = 0  # of the outage
    end_s: int = 0
    run_s: int = 0
    attach_s: int = 0  # the most
    lost: int = REFUSED
    seed: int = _SEED


class Connects(NamedTuple):
    """counts: for each second. ages_s: the greatest of each meter. heard_s: when each has
    delivered what the outage kept back.
    """

    counts: Sequence[int]
    ages_s: Sequence[int]
    heard_s: Sequence[int]


def report_s(window_s: int) -> int:
    """The usual period of reports, longer where the window is."""
    return max(int(_USUAL["report_s"]), -(-window_s // SLOT_S) * SLOT_S)


def numbers(meters: int, serials: str) -> list[int]:
    """Of the names of a fleet."""
    if serials == "consecutive":
        return list(range(1, meters + 1))
    return random.Random(_SEED).sample(range(10**9), meters)


def connects(job: Job, meters: Sequence[int]) -> Connects:
    """Run the firmware's plan for each of these numbers. FleetError."""
    image, script = build(), build_board() / _SCRIPT
    each = -(-len(meters) // _PARTS)
    shares = [meters[first : first + each] for first in range(0, len(meters), each)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(
            pool.map(
                lambda n: _run(image, script, job._replace(seed=job.seed + n), shares[n]),
                range(len(shares)),
            )
        )
    counts = [sum(second) for second in zip(*(one.counts for one in found), strict=True)]
    return Connects(
        counts, _joined(one.ages_s for one in found), _joined(one.heard_s for one in found)
    )


def _joined(parts: Iterable[Sequence[int]]) -> list[int]:
    return [value for part in parts for value in part]


def _run(image: Path, script: Path, job: Job, meters: Sequence[int]) -> Connects:
    with tempfile.TemporaryDirectory(prefix="rill-") as folder:
        asked, told = Path(folder, "job"), Path(folder, "result")
        asked.write_bytes(array("I", [*job, *meters]).tobytes())
        command = [*micropython(), "-X", f"heapsize={_HEAP_BYTES}", str(script)]
        done = subprocess.run(
            [*command, str(image), str(asked), str(told)], capture_output=True, text=True
        )
        if done.returncode or done.stdout != "done\n":
            raise FleetError((done.stdout + done.stderr).strip() or "the interpreter said nothing")
        found = told.read_bytes()
    counts, words = array("H"), array("I")
    size = len(found) - 8 * len(meters)
    counts.frombytes(found[:size])
    words.frombytes(found[size:])
    return Connects(counts, words[::2], words[1::2])
