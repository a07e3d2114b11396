"""How long the cell lasts, and what takes it, for people."""

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from rill.energy.arithmetic import MOST_YEARS, Life
from rill.energy.changes import Change

_BAR_CELLS = 40
_SOME = 0.005


@dataclass(frozen=True)
class Reports:
    """Asked for by the plan; delivered, late ones too; tries that failed. Whole numbers."""

    asked: int
    delivered: int
    failed: int

    @property
    def are_some_in_vain(self) -> bool:
        return max(self.asked - self.delivered, self.failed) >= _SOME * self.asked


def picture(life: Life, changes: list[Change], title: str, reports: Reports) -> str:
    """What `rill energy` prints."""
    console = Console(width=100, no_color=True, highlight=False)
    with console.capture() as capture:
        console.print(title, markup=False)
        console.print(f"{life.average_ua:.1f} uA on average: {_years(life)}", markup=False)
        if reports.are_some_in_vain:
            console.print(_in_vain(reports), markup=False)
        console.print()
        console.print(_shares(life))
        console.print()
        console.print("What would buy most, each alone:", markup=False)
        for change in changes:
            console.print(f"  {change.years:+5.1f} years  {change.what}", markup=False)
    return "\n".join(line.rstrip() for line in capture.get().rstrip().splitlines())


def _in_vain(reports: Reports) -> str:
    came = min(reports.delivered, reports.asked)  # there are also alarms, and the first of all
    tries = "try" if reports.failed == 1 else "tries"
    return (
        f"{came:,} of {reports.asked:,} reports came through,"
        f" {reports.failed:,} {tries} failed: docs/nbiot.md"
    )


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
