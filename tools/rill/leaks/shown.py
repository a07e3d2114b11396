"""Alarms for people: a table, what they mean, and their marks beside the consumption."""

from rich.console import Console
from rich.table import Table

from rill.leaks.running import KINDS, Alarm
from rill.leaks.sentences import sentence
from rill.trace import DAY_S, Trace

_STEPS_H = (1, 3, 6, 12, 24, 48, 168, 336, 672)
_MOST_LINES = 60
_BAR_CELLS = 40
_HOUR_S = 3600


def shown(trace: Trace, alarms: list[Alarm]) -> str:
    console = Console(width=100, no_color=True, highlight=False)
    with console.capture() as capture:
        for line in _plot(trace, alarms):
            console.print(line, markup=False)
        console.print()
        if alarms:
            console.print(_table(alarms))
            for text in dict.fromkeys(f"{a.kind} {a.level}: {sentence(a)}" for a in alarms):
                console.print(text, markup=False)
        else:
            console.print("No alarm, no notice.")
    return "\n".join(line.rstrip() for line in capture.get().rstrip().splitlines())


def _plot(trace: Trace, alarms: list[Alarm]) -> list[str]:
    """A bar for each step, before it a letter for each kind: small a notice, capital an alarm."""
    end_s = max(1, trace.end_s)
    fitting = (h for h in _STEPS_H if h * _HOUR_S * _MOST_LINES >= end_s)
    step_s = next(fitting, -(-end_s // _MOST_LINES // _HOUR_S) // 24 * 24 + 24) * _HOUR_S
    litres = [0.0] * (-(-end_s // step_s))
    for t_s, ml in trace.rows:
        litres[max(0, t_s - 1) // step_s] += ml / 1000
    kinds = [kind for kind in KINDS if any(alarm.kind == kind for alarm in alarms)]
    most = max(litres) or 1
    legend = ", ".join(f"{_letter(kind)} {kind}" for kind in kinds)
    lines = [f"litres in {step_s // _HOUR_S} h" + (f"; {legend}; capital: alarm" if kinds else "")]
    for n, value in enumerate(litres):
        span = n * step_s, (n + 1) * step_s
        marks = "".join(_mark(alarms, kind, *span) for kind in kinds)
        bar = "#" * round(value / most * _BAR_CELLS)
        lines.append(f"{_time(span[0])} {value:9.1f}  {marks} {bar}".rstrip())
    return lines


def _letter(kind: str) -> str:
    """The first that no kind before it has."""
    return dict(zip(KINDS, "csbhrnftyq", strict=True))[kind]


def _mark(alarms: list[Alarm], kind: str, begin_s: int, end_s: int) -> str:
    levels = {
        alarm.level
        for alarm in alarms
        if alarm.kind == kind
        and alarm.begin_s < end_s
        and (alarm.end_s is None or alarm.end_s > begin_s)
    }
    letter = _letter(kind)
    return letter.upper() if "alarm" in levels else letter if levels else "."


def _table(alarms: list[Alarm]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("kind", "level", "since", "raised", "ended"):
        table.add_column(name)
    for name in ("L/h", "+-", "L so far"):
        table.add_column(name, justify="right")
    for a in alarms:
        ended = "is on" if a.end_s is None else _time(a.end_s)
        flows = [f"{value / 1000:.1f}" for value in (a.rate_ml_h, a.rate_error_ml_h, a.lost_ml)]
        table.add_row(a.kind, a.level, _time(a.since_s), _time(a.begin_s), ended, *flows)
    return table


def _time(t_s: int) -> str:
    day, second = divmod(t_s, DAY_S)
    return f"day {day + 1:<4}{second // _HOUR_S:02}:{second // 60 % 60:02}"
