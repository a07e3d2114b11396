"""What would buy the most years.

What changes the reports is run: how many of them begin, and what the day's budget of energy leaves
of them, only the firmware knows. What takes less for the same acts is tried on the charges.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rill.energy.arithmetic import Life, lasting
from rill.energy.running import DAY_S
from rill.energy.table import Currents

_MOST = 3
_LIGHT_SLEEP_MA = 2  # facts/modems.md section 6: 1 to 3 mA while the modem works
_FEW_POLLS = 14 / 47  # docs/ulp.md: pulse_shortest_ms 276, of a DN15 meter's reed
_BEST_PSM_UA = 0.8
_SMALL_LEAKAGE_UA = 6


@dataclass(frozen=True)
class Change:
    """what: a sentence. years: more than without it."""

    what: str
    years: float


def to_run(reports_per_day: int, ecl: int) -> dict[str, dict[str, int]]:
    """The changes that have to be run, each with its settings; ecl: 0 with Wi-Fi."""
    found = {}
    if reports_per_day > 1:
        found["report once a day"] = {"report_s": DAY_S}
    if ecl:
        found[f"an antenna that brings coverage level {ecl - 1}"] = {"ecl": ecl - 1}
    return found


def best(now: Life, currents: Currents, ran: Mapping[str, Life]) -> list[Change]:
    """The three that would buy most, each alone, the best first. ran: those of to_run()."""
    lives = dict(ran)
    for what, factors in _changes(currents):
        mah = {name: charge * factors.get(name, 1) for name, charge in now.mah.items()}
        lives[what] = lasting(mah, now.hours, currents)
    found = [Change(what, life.years - now.years) for what, life in lives.items()]
    return sorted((one for one in found if one.years > 0), key=lambda one: -one.years)[:_MOST]


def _changes(currents: Currents) -> Iterator[tuple[str, dict[str, float]]]:
    board, modem = currents.board, currents.modem
    if modem and board["waiting_ma"] > _LIGHT_SLEEP_MA:
        factor = _LIGHT_SLEEP_MA / board["waiting_ma"]
        yield "let the CPU sleep lightly in all that the modem does", {"waiting": factor}
    if modem and modem["psm_ua"] > _BEST_PSM_UA:
        factor = _BEST_PSM_UA / modem["psm_ua"]
        yield "a modem that takes 0.8 uA in power saving (BC660K)", {"modem_asleep": factor}
    if board["leakage_ua"] > _SMALL_LEAKAGE_UA:
        factor = _SMALL_LEAKAGE_UA / board["leakage_ua"]
        yield f"regulator, capacitor and dividers of {_SMALL_LEAKAGE_UA} uA", {"leakage": factor}
    yield (
        "pulse_shortest_ms as long as the reed allows (276 on a DN15)",
        {"coprocessor": _FEW_POLLS},
    )
    yield "half the time to start and to record", {"start": 0.5, "recording": 0.5}
