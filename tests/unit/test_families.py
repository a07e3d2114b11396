"""Promise: each kind of modem is whole as data, and none of its steps outlasts a report."""

from expect import expect
from firmware.drivers.modem.families import bc66, bc95, bc660k, bg95, sim7020, sim7080
from toy_modem import Toy

_REPORT_MS = 150_000


def _dialogues(family):
    for name in dir(family):
        if name in ("DIALECT", "COUNTED"):
            continue
        steps = getattr(family, name)
        if isinstance(steps, tuple) and steps and isinstance(steps[0], tuple):
            for step in steps:
                yield name, step


def test_each_family_has_all_that_the_toy_has():
    for family in (bc66, bc660k, bc95, bg95, sim7020, sim7080):
        missing = [name for name in dir(Toy) if name[0] != "_" and not hasattr(family, name)]
        expect((family.__name__, missing), (family.__name__, []))


def test_no_step_lasts_longer_than_a_report_may():
    for family in (bc66, bc660k, bc95, bg95, sim7020, sim7080):
        found = list(_dialogues(family))
        expect(len(found) >= 15, True)
        for name, step in found:
            expect((name, len(step) in (3, 4), 0 < step[2] <= _REPORT_MS), (name, True, True))
