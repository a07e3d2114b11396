"""What would buy the most years: known changes, each tried on the counted charges."""

from collections.abc import Iterator
from dataclasses import dataclass

from rill.energy.arithmetic import Life, lasting
from rill.energy.table import Currents

_MOST = 3
_REPORTS = (
    "reporting",
    "waiting",
    "dozing",
    "modem_search",
    "modem_connected",
    "modem_sending",
    "modem_idle",
    "wifi",
)
_RADIO = ("modem_search", "modem_connected", "modem_sending")
_LIGHT_SLEEP_MA = 2  # facts/modems.md section 6: 1 to 3 mA while the modem works
_FEW_POLLS = 14 / 47  # docs/ulp.md: pulse_shortest_ms 276, of a DN15 meter's reed
_BEST_PSM_UA = 0.8
_SMALL_LEAKAGE_UA = 6
_REPORT_J = (1.1, 3, 17)  # docs/nbiot.md, by coverage level


@dataclass(frozen=True)
class Change:
    """what: a sentence. years: more than without it."""

    what: str
    years: float


def best(now: Life, currents: Currents, reports_per_day: int, ecl: int) -> list[Change]:
    """The three that would buy most, each alone, the best first."""
    found = []
    for what, factors in _changes(currents, reports_per_day, ecl):
        mah = {name: charge * factors.get(name, 1) for name, charge in now.mah.items()}
        found.append(Change(what, lasting(mah, now.hours, currents).years - now.years))
    return sorted((one for one in found if one.years > 0), key=lambda one: -one.years)[:_MOST]


def _changes(
    currents: Currents, reports_per_day: int, ecl: int
) -> Iterator[tuple[str, dict[str, float]]]:
    board, modem = currents.board, currents.modem
    if reports_per_day > 1:
        yield "report once a day", dict.fromkeys(_REPORTS, 1 / reports_per_day)
    if modem:
        factor = min(1, _LIGHT_SLEEP_MA / board["waiting_ma"])
        yield "let the CPU sleep lightly in all that the modem does", {"waiting": factor}
    if modem and modem["psm_ua"] > _BEST_PSM_UA:
        factor = _BEST_PSM_UA / modem["psm_ua"]
        yield "a modem that takes 0.8 uA in power saving (BC660K)", {"modem_asleep": factor}
    if modem and ecl:
        better = dict.fromkeys(_RADIO, _REPORT_J[ecl - 1] / _REPORT_J[ecl])
        yield f"an antenna that brings coverage level {ecl - 1}", better
    if board["leakage_ua"] > _SMALL_LEAKAGE_UA:
        factor = _SMALL_LEAKAGE_UA / board["leakage_ua"]
        yield f"regulator, capacitor and dividers of {_SMALL_LEAKAGE_UA} uA", {"leakage": factor}
    yield (
        "pulse_shortest_ms as long as the reed allows (276 on a DN15)",
        {"coprocessor": _FEW_POLLS},
    )
    yield "half the time to start and to record", {"start": 0.5, "recording": 0.5}
