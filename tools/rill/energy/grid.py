"""`python -m rill.energy.grid`: the table of docs/energy.md, years by coverage and reports."""

from rill.energy.arithmetic import life
from rill.energy.running import DAY_S, as_on_a_chip, count
from rill.energy.table import currents
from rill.linked import model_of

_REPORTS = (1, 4, 24)
_LINK, _CELL, _BOARD = "bc66", "ER34615", "generic_esp32"
_DAYS = 365


def main() -> None:
    table = currents(_CELL, _BOARD, model_of(_LINK))
    print("| ECL |" + "".join(f" {n} a day |" for n in _REPORTS))
    print("|---" * (1 + len(_REPORTS)) + "|")
    for ecl in range(3):
        cells = [f"| {ecl} |"]
        for reports in _REPORTS:
            counts = count(_DAYS, report_s=DAY_S // reports, link=_LINK, ecl=ecl, board=_BOARD)
            found = life(as_on_a_chip(counts, table.board), table)
            cells.append(f" {found.years:.1f} ({found.average_ua:.0f} µA) |")
        print("".join(cells), flush=True)


if __name__ == "__main__":
    main()
