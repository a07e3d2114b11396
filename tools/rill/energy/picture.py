"""How long the cell lasts, and what takes it, for people."""

from rich.console import Console
from rich.table import Table

from rill.energy.arithmetic import MOST_YEARS, Life
from rill.energy.changes import Change

_BAR_CELLS = 40
_SOME = 0.005


def picture(life: Life, changes: list[Change], title: str, in_vain: float) -> str:
    """in_vain: share of the reports that failed."""
    console = Console(width=100, no_color=True, highlight=False)
    with console.capture() as capture:
        console.print(title, markup=False)
        console.print(f"{life.average_ua:.1f} uA on average: {_years(life)}", markup=False)
        if in_vain >= _SOME:
            console.print(f"{100 * in_vain:.0f} % of the reports failed: docs/nbiot.md")
        console.print()
        console.print(_shares(life))
        console.print()
        console.print("What would buy most, each alone:", markup=False)
        for change in changes:
            console.print(f"  {change.years:+5.1f} years  {change.what}", markup=False)
    return "\n".join(line.rstrip() for line in capture.get().rstrip().splitlines())


def _years(life: Life) -> str:
    text = f"{life.years:.1f} years"
    if life.years > MOST_YEARS:
        text += f" by arithmetic; quote {MOST_YEARS}, for the cell ages, too"
    return text


def _shares(life: Life) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("consumer")
    table.add_column("uA", justify="right")
    table.add_column("%", justify="right")
    table.add_column("")
    most = max(life.shares.values())
    for name, share in life.shares.items():
        bar = "#" * round(share / most * _BAR_CELLS)
        text = name.replace("_", " ")
        table.add_row(text, f"{share * life.average_ua:.2f}", f"{100 * share:.1f}", bar)
    return table
