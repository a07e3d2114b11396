"""The plan of a meter whose cell is used up faster than planned: fewer reports first, then fewer
looks at the water's quality, readings last. What counts goes on as ever.

The glide slope is a straight line from a full cell to an empty one at the end of its planned life.
"""

from micropython import const

LEVELS = const(4)
_STEP = const(33)  # a level for each thirty-third of the cell, three hundredths, below the slope
_LONGEST_REPORT_S = const(604_800)
_LONGEST_SLOT_S = const(3600)  # what a sudden loss of power can cost stays within an hour


def level(used_uah, usable_uah, passed_s, planned_s):
    """0: on its slope, or up to a step below it; 1 ... LEVELS. planned_s: of its life, above 0."""
    due_uah = usable_uah * min(passed_s, planned_s) // planned_s
    return max(0, min(LEVELS, (used_uah - due_uah) * _STEP // usable_uah))


def periods(level, slot_s, report_s, quality_s):
    """The three at a level: none is shorter than it was, report and probes are still at a slot."""
    long_slot_s = _LONGEST_SLOT_S if level >= LEVELS else slot_s
    long_report_s = max(report_s, min(report_s << level, _LONGEST_REPORT_S))
    long_report_s += -long_report_s % long_slot_s
    if level >= 3:
        quality_s = max(quality_s, min(4 * quality_s, _LONGEST_REPORT_S))
        quality_s += -quality_s % long_slot_s
    return long_slot_s, long_report_s, quality_s


def stretch(config, level):
    """Put the periods of a level into the Settings of a wake."""
    found = periods(level, config.slot_s, config.report_s, config.quality_s)
    config.slot_s, config.report_s, config.quality_s = found
