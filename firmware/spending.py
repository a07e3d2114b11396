"""Once a day: the ledger is summed up, and judged. What is left of the cell decides on the plan of
the wakes to come (core/thrift.py), and a consumer that is over its budget is told.

In memory only meanwhile.
"""

from micropython import const

from firmware.core import charge
from firmware.core.power_event import CONSUMER, NEW_CELL, THRIFT
from firmware.passing import call
from firmware.storage import cell, ledger

_HOUR_S = const(3600)
_YEAR_S = const(31_557_600)
_NAMES = const(("wakes", "awake", "reports", "records", "probes", "modem"))


def day(vault, retained, commit, state, found, config, note):
    """Sum up, judge, tell. found: Counts of the counter, or None. config may be None."""
    try:
        before = ledger.stored(vault.nvs)[3:-1]
        ledger.add(vault, retained, commit, state, found)
        after = ledger.stored(vault.nvs)[3:-1]
        if config and config.cell_mah:
            _judge(vault.nvs, before, after, state, config, note)
        elif config:
            _plan(vault.nvs, state, 0, "no cell to plan for", note)
    except OSError as error:
        print("the ledger is not judged: %s" % error)  # tomorrow's has this day, too


def _judge(nvs, before, after, state, config, note):
    passed_s = after[0] - before[0]
    if passed_s < _HOUR_S:
        return
    begun_uah, begun_s, told, was = cell.read(nvs)
    counts = [one - known for one, known in zip(after[2:], before[2:])]
    over = call("firmware.core.overspent", "overspent", passed_s, counts,
                config.slot_s, config.report_s, config.quality_s)  # fmt: skip
    bits = sum([1 << _NAMES.index(row[0]) for row in over])
    for name, counted, budget in over:
        if not told >> _NAMES.index(name) & 1 and not note(CONSUMER, counted, budget, name):
            bits &= ~(1 << _NAMES.index(name))  # the next day tells it
    if bits != told:
        cell.keep(nvs, begun_uah, begun_s, bits, was)
    used_uah = charge.used_uah(after[0], after[1], after[2:]) - begun_uah
    level = call(
        "firmware.core.thrift", "level", used_uah, charge.usable_uah(config.cell_mah),
        after[0] - begun_s, config.planned_years * _YEAR_S,
    )  # fmt: skip
    _plan(nvs, state, level, "%d %% left" % charge.left_percent(used_uah, config.cell_mah), note)


def _plan(nvs, state, level, text, note):
    if level != state.thrift and note(THRIFT, state.thrift, level, text):
        state.thrift = level
    begun_uah, begun_s, told, was = cell.read(nvs)
    if state.thrift != was:
        cell.keep(nvs, begun_uah, begun_s, told, state.thrift)


def new_cell(nvs, note, who):
    """A person has put a new one in: what was counted is of the one before. OSError.

    False: it could not be told, and nothing is done.
    """
    covered_s, polls, *counts = ledger.stored(nvs)[3:-1]
    used_uah = charge.used_uah(covered_s, polls, counts)
    before_uah, _, _, level = cell.read(nvs)
    if not note(NEW_CELL, before_uah, used_uah, who):
        return False
    cell.keep(nvs, used_uah, covered_s, 0, level)
    call("firmware.surviving", "end", nvs, True)  # it was the one before that broke down
    return True
