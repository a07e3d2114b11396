"""Runs the flashed detectors over pulses; board/watching.py is what runs in the interpreter."""

import subprocess
import tempfile
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from rill.fields import alarm_kinds
from rill.image import build, build_board
from rill.interpreter import micropython
from rill.trace import US_PER_S, Trace

KINDS = alarm_kinds()
LEVELS = ("notice", "alarm")
_SCRIPT = "watching.py"
_MOST_S = 0xFFFFFFFF  # what a word of the job can hold
_MOST_PULSES = 20_000_000
_HEAP_BYTES = 4_000_000  # beside two copies of the pulses
_JOBS = 100  # in one run of the interpreter


class LeaksError(Exception):
    """A recording can't be looked at; one sentence."""


class DetectorError(Exception):
    """The detectors broke down; what the interpreter printed."""


class Alarm(NamedTuple):
    """One level of an alarm. Times are the trace's, end_s is None while it is on.

    The rate is what was known when it was raised, lost_ml what was lost until the end.
    """

    kind: str
    level: str
    since_s: int
    begin_s: int
    end_s: int | None
    rate_ml_h: int
    rate_error_ml_h: int
    lost_ml: int


class Job(NamedTuple):
    """Seconds of a meter's pulses, each of pulse_ml, and of the last look."""

    pulses_s: array
    pulse_ml: int
    end_s: int


def job(trace: Trace, pulse_ml: int) -> Job:
    """Of a whole trace. LeaksError when it is too long or has too many pulses."""
    if trace.end_s > _MOST_S:
        raise LeaksError(f"the trace lasts {trace.end_s} s, at most {_MOST_S} can be looked at")
    pulses = trace.total_ml // pulse_ml
    if pulses > _MOST_PULSES:
        raise LeaksError(f"the trace has {pulses} pulses, at most {_MOST_PULSES} can be looked at")
    times = trace.pulse_times_us(pulse_ml)
    return Job(array("I", (time_us // US_PER_S for time_us in times)), pulse_ml, trace.end_s)


def alarms(jobs: Sequence[Job]) -> list[list[Alarm]]:
    """What the detectors say to each, in the order of begin_s. DetectorError."""
    found: list[list[Alarm]] = []
    for first in range(0, len(jobs), _JOBS):
        found += _run(jobs[first : first + _JOBS])
    return found


def _run(jobs: Sequence[Job]) -> list[list[Alarm]]:
    heap = _HEAP_BYTES + 12 * max(len(one.pulses_s) for one in jobs)
    with tempfile.TemporaryDirectory(prefix="rill-") as folder:
        paths = [Path(folder) / str(n) for n in range(len(jobs))]
        for path, one in zip(paths, jobs, strict=True):
            path.write_bytes(array("I", [one.pulse_ml, one.end_s]).tobytes())
            with path.open("ab") as file:
                one.pulses_s.tofile(file)
        command = [*micropython(), "-X", f"heapsize={heap}", str(build_board() / _SCRIPT)]
        command += [str(build()), *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True)
    lines = done.stdout.splitlines()
    if done.returncode or lines.count("done") != len(jobs):
        raise DetectorError((done.stdout + done.stderr).strip() or "the interpreter said nothing")
    return list(_parted(lines))


def _parted(lines: Iterable[str]) -> Iterable[list[Alarm]]:
    entries: list[Alarm] = []
    for line in lines:
        if line == "done":
            yield sorted(entries, key=lambda alarm: alarm.begin_s)
            entries = []
            continue
        kind, level, since_s, begin_s, end_s, *loss = map(int, line.split())
        names = KINDS[kind - 1], LEVELS[level - 1]
        entries.append(Alarm(*names, since_s, begin_s, None if end_s < 0 else end_s, *loss))
