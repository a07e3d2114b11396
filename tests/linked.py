"""Days of a meter behind a modem, and what must be true of them whatever the modem does."""

from rill.household import household
from rill.modem.models import MODELS
from rill.simulate import Run, Settings
from rill.verdict import is_sound

BUDGET_S = 150
WORST_BUDGET_S = 300  # where a report may find itself at coverage level 2
_WRONG_CLOCK_READINGS = 24  # of the slots that a clock jumps over which the network had put back
LINK, WAKE_FAILED, POWER_SAVING = 21, 2, 22
ALL_MODELS = sorted(MODELS)


def run(link, *, days=1, seed=1, change=None, **more) -> dict:
    """The numbers. change(modem): before it starts."""
    settings = Settings(trace=household(seed, days), days=days, seed=seed, link=link, **more)
    simulation = Run(settings)
    if change:
        change(simulation.modem)
    n = simulation.result()
    assert is_sound(n, 1000), n
    slots = 24 * days - (_WRONG_CLOCK_READINGS if settings.faults else 0)
    assert n["records_unique"] == n["records_stored"] >= slots
    assert not [event for event in n["events"] if event["code"] == WAKE_FAILED]
    assert n["longest_wake_s"] <= (WORST_BUDGET_S if settings.ecl or settings.faults else BUDGET_S)
    return n


def told(n: dict, code: int) -> list[tuple[int, int]]:
    """Before and after of its events."""
    return [(e["before"], e["after"]) for e in n["events"] if e["code"] == code]
