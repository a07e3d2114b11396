"""What a person sees of a balance in the terminal."""

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from rill.balance.account import Assumed, Balance, Value, losses
from rill.balance.district import District
from rill.balance.night import Nights
from rill.balance.steps import Step
from rill.balance.timing import Timing

_M3 = 1e-6
_L = 1e-3
_BAR_CELLS = 40
_MOST_BARS = 62
_DAY_H = 24
# The British planning figure: docs/balance.md.
_PLANNED_L_H = 1.7


def report(
    one: District,
    assumed: Assumed,
    account: Balance,
    night: Nights | None,
    steps: list[Step] | None,
    timing: list[Timing],
) -> str:
    """The table, the picture and all that was left out, as plain text of 80 columns."""
    console = Console(width=80, no_color=True, highlight=False)
    blank = Text()
    with console.capture() as capture:
        console.print(
            Group(
                _account(one, account, assumed), blank, _night(night, account), blank,
                _steps(one, steps), blank, _days(one, assumed), blank, _timing(timing),
            )
        )  # fmt: skip
        for note in one.notes:
            console.print(Text(f"- {note}"))
    return "\n".join(line.rstrip() for line in capture.get().rstrip().splitlines())


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, show_header=any(columns))
    for n, column in enumerate(columns):
        table.add_column(column, justify="right" if n else "left")
    return table


def _account(one: District, account: Balance, assumed: Assumed) -> Group:
    last = one.window.count - 1
    head = (
        f"{one.clock.stamp(0)} to {one.clock.stamp(last + 1)}: {account.hours} of "
        f"{one.window.count} hours, {account.homes} homes"
    )
    table = _table("", "m3", "+- (95 %)", "of input")
    low = f"meters {assumed.low_percent:g} % low"
    for name, value in (
        ("input", account.input),
        ("homes' meters", account.billed),
        ("not accounted for", account.nrw),
        (f"  apparent loss: {low}", account.apparent),
        ("  unbilled use, assumed", account.unbilled),
        ("  real loss: what remains", account.real),
    ):
        share = f"{100 * value.value / account.input.value:.1f} %"
        table.add_row(name, *_numbers(value, _M3), share)
    share, each = account.share.times(100), account.l_per_connection_day
    parts = ", ".join(
        f"{name} {account.budget[key] * _M3:.1f}"
        for key, name in (
            ("inflow_meter", "inflow meter"),
            ("between_readings", "time between readings"),
            ("estimated", "estimated readings"),
        )
    )
    return Group(
        Text(head), Text(), table, Text(),
        Text(
            f"not accounted for: {share.value:.1f} +- {share.uncertainty:.1f} %, "
            f"{each.value:.1f} +- {each.uncertainty:.1f} L per connection and day"
        ),
        Text(f"its uncertainty, m3: {parts}"),
    )  # fmt: skip


def _numbers(value: Value, factor: float) -> tuple[str, str]:
    return f"{value.value * factor:.1f}", f"{value.uncertainty * factor:.1f}"


def _night(night: Nights | None, account: Balance) -> Text:
    if night is None:
        return Text("night minimum: needs three nights with readings at most two hours apart")
    per_home = night.homes * _L / account.homes
    value, uncertainty = _numbers(night.real, _M3)
    return Text(
        f"night minimum (02:00 to 05:00, median of {len(night.nights)} nights):\n"
        f"  inflow {night.inflow * _L:.0f} L/h, homes {night.homes * _L:.0f} L/h "
        f"({per_home:.2f} a home; planning figure {_PLANNED_L_H})\n"
        f"  loss {night.loss * _L:.0f} L/h; over all hours that is {value} +- {uncertainty} m3"
    )


def _steps(one: District, steps: list[Step] | None) -> Text | Table:
    if steps is None:
        return Text("steps of the loss: need two days with readings at most two hours apart")
    if not steps:
        return Text("steps of the loss: none found")
    table = _table("step of the loss", "until", "L/h", "+-", "m3")
    for step in steps:
        begin = "before the start" if step.begin is None else one.clock.stamp(step.begin)
        end = "still running" if step.end is None else one.clock.stamp(step.end)
        rate = _numbers(Value(step.rate_ml_h, step.uncertainty_ml_h), _L)
        table.add_row(begin, end, *rate, f"{step.ml * _M3:.1f}")
    return table


def _days(one: District, assumed: Assumed) -> Group:
    """A bar for each day of the loss of its sharp hours."""
    days: dict[str, list[int]] = {}
    for hour in one.sharp:
        days.setdefault(one.clock.day(hour), []).append(hour)
    means = {day: sum(losses(one, assumed, hours)) / len(hours) for day, hours in days.items()}
    shown = list(means.items())[-_MOST_BARS:]
    most = max((value for _, value in shown), default=0) or 1
    lines = [Text("loss, mean L/h of the day")]
    for day, value in shown:
        bar = "#" * max(0, round(value / most * _BAR_CELLS))
        lines.append(Text(f"{day:10} {value * _L:9.0f}  {bar}"))
    return Group(*lines)


def _timing(timing: list[Timing]) -> Group:
    table = _table("homes read", "error/hour", "error/day", "unaccounted", "night L/h", "steps")
    for row in timing:
        table.add_row(
            row.name,
            _percent(row.hour_error),
            _percent(row.day_error),
            _percent(row.share),
            "-" if row.night_ml_h is None else f"{row.night_ml_h * _L:.0f}",
            "-" if row.steps is None else str(row.steps),
        )
    return Group(Text("what other reading times would make of it"), table)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f} %"
