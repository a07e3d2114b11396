"""The table of docs/leaks.md: which leak is noticed when, at which pulse weight.

Leaks begin at seeded random moments of the clean recordings house_*.csv of a folder.
"""

import random
from pathlib import Path
from statistics import median

from rill.leaks.inject import Leak, injected
from rill.leaks.running import Alarm, Job, LeaksError, alarms, job
from rill.trace import DAY_S, Trace, read_trace

WEIGHTS_ML = (500, 1000, 10_000, 25_000, 50_000, 100_000)
_WEEK_S = 7 * DAY_S
_BEFORE_S = 12 * DAY_S  # small_leak has learned for ten
_PER_HOME = 12
_PHASES = 10
LEAKS = (
    *(Leak(f"{n} L/h", n * 1000, _WEEK_S) for n in (2, 5, 12, 30, 60, 120)),
    *(Leak(f"cistern, 3 L, {n} L/h", n * 1000, _WEEK_S, True) for n in (2, 8)),
    *(Leak(f"{n} L/h for 2 h", n * 1000, 7200) for n in (600, 1500)),
)
_RULES = ("continuous", "small_leak", "burst", "high_use")
_BURST_S = 3 * 3600


def table(folder: Path, seed: int) -> str:
    """As Markdown. LeaksError when there is no recording."""
    homes = [read_trace(path) for path in sorted(folder.glob("house_*.csv*"))]
    if not homes:
        raise LeaksError(f"{folder}: expected recordings called house_*.csv or house_*.csv.gz")
    head = ["leak", "rule", *(f"{weight / 1000:g} L" for weight in WEIGHTS_ML)]
    rows = [head, ["---"] * len(head)]
    for leak in LEAKS:
        rows += _of_leak(homes, leak, seed)
    rows += _false(homes)
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def trials(homes: list[Trace], leak: Leak, seed: int, per_home: int = _PER_HOME):
    """(trace, begin_s of the leak in it, whether ten days were learned) for seeded beginnings."""
    dice = random.Random(f"{seed} {leak.name}")
    for home in homes:
        first_s = _BEFORE_S if home.end_s > _BEFORE_S + 2 * _WEEK_S else DAY_S
        for _ in range(per_home):
            begin_s = dice.randrange(first_s, home.end_s - _WEEK_S)
            from_s = max(0, begin_s - _BEFORE_S)
            water = injected(home, leak, begin_s, from_s, begin_s + _WEEK_S)
            yield water, begin_s - from_s, begin_s >= _BEFORE_S


def phases(home: Trace, weight_ml: int, count: int) -> list[Trace]:
    """The recording for meters whose first pulse takes all of a pulse's water, or a part of it."""
    (first_s, first_ml), *others = home.rows
    return [
        Trace([(first_s, first_ml + weight_ml * n // count), *others], home.step_s)
        for n in range(count)
    ]


def noticed(found: list[Alarm], rule: str, begin_s: int, within_s: int) -> int | None:
    """Seconds from the begin of a leak to the first notice of a rule."""
    delays = [a.begin_s - begin_s for a in found if a.kind == rule and a.begin_s >= begin_s]
    return min((delay for delay in delays if delay <= within_s), default=None)


def _of_leak(homes: list[Trace], leak: Leak, seed: int) -> list[list[str]]:
    cases = list(trials(homes, leak, seed))
    is_burst = leak.lasts_s < _WEEK_S
    rules = ("burst",) if is_burst else ("continuous", "small_leak")
    cells: dict[str, list[str]] = {rule: [] for rule in rules}
    for weight_ml in WEIGHTS_ML:
        found = alarms([job(trace, weight_ml) for trace, _, _ in cases])
        for rule in rules:
            delays = [
                noticed(one, rule, begin_s, _BURST_S if is_burst else _WEEK_S)
                for one, (_, begin_s, has_learned) in zip(found, cases, strict=True)
                if has_learned or rule != "small_leak"
            ]
            cells[rule].append(_cell(delays))
    return [[leak.name, rule, *cells[rule]] for rule in rules]


def _cell(delays: list[int | None]) -> str:
    if not delays:
        return "no recording is long enough"
    hits = [delay for delay in delays if delay is not None]
    if not hits:
        return "0 %"
    return f"{100 * len(hits) // len(delays)} %, {median(hits) / 3600:.1f} h"


def _false(homes: list[Trace]) -> list[list[str]]:
    """Per meter-year of the clean recordings, each in several phases of the pulse."""
    years = _PHASES * sum(home.end_s for home in homes) / (365 * DAY_S)
    found: list[list[Alarm]] = []
    for weight_ml in WEIGHTS_ML:
        jobs: list[Job] = [
            job(one, weight_ml) for home in homes for one in phases(home, weight_ml, _PHASES)
        ]
        found.append([alarm for one in alarms(jobs) for alarm in one])
    rows = []
    for rule in _RULES:
        for level in ("notice", "alarm"):
            counts = [sum((a.kind, a.level) == (rule, level) for a in one) for one in found]
            cells = [f"{count / years:.1f}" for count in counts]
            rows.append([f"none: false {level}s a year", rule, *cells])
    return rows
