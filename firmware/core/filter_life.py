"""What a purifier's membrane holds back, and how long its filter will do.

Limits: NSF/ANSI 58 wants 75 % of the dissolved solids held back; below 85 % it is near its end.
"""

from micropython import const

from firmware.core import quality
from firmware.core.column import REJECTION_PERMILLE, Column
from firmware.core.root import combined

_LEAST_FEED_PPB = const(50_000)  # in cleaner water nothing can be said
_ALL = const(1000)
POOR_PERMILLE = const(850)
SPENT_PERMILLE = const(750)
_LOW_PERMILLE = const(100)
IN_A_ROW = const(3)  # productions
_DAY_S = const(86_400)


def rejection(feed, product):
    """The Column of it from those of both TDS probes, with the flag of them that weighs most.

    Negative when more comes out than goes in. None in water that is too clean.
    """
    flag = max(feed.flag, product.flag, key=_weight)
    if feed.value is None or product.value is None:
        return Column(REJECTION_PERMILLE, flag, None, 0, 0)
    if feed.value < _LEAST_FEED_PPB:
        return Column(REJECTION_PERMILLE, quality.BELOW_RANGE, None, 0, 0)
    passed = _ALL * product.value // feed.value
    # The quotient's error: that of the product, and that of the feed by the part that passes.
    error_ppb = combined(product.uncertainty, feed.uncertainty * passed // _ALL)
    uncertainty = _ALL * error_ppb // feed.value
    return Column(REJECTION_PERMILLE, flag, _ALL - passed, uncertainty, 0)


def is_below(found, limit):
    """True when a rejection, uncertainty and all, is below a limit."""
    return found.value is not None and found.value + found.uncertainty < limit


def life(used_ml, used_s, rated_l, rated_days, bad):
    """(thousandths that are left, what limits them); (None, "") for a filter without a rating.

    bad: productions in a row that held back less than SPENT_PERMILLE.
    """
    if bad >= IN_A_ROW:
        return 0, "rejection"
    left, why = None, ""
    if rated_l:
        left, why = max(0, _ALL - used_ml // rated_l), "litres"
    if rated_days:
        by_days = max(0, _ALL - _ALL * used_s // (rated_days * _DAY_S))
        if left is None or by_days < left:
            left, why = by_days, "days"
    return left, why


def limit_passed(poor, bad):
    """The lowest limit that so many productions in a row have stayed below, 0: none."""
    if bad >= IN_A_ROW:
        return SPENT_PERMILLE
    return POOR_PERMILLE if poor >= IN_A_ROW else 0


def level(left):
    """What somebody has to hear of: 2 it is spent, 1 it will be soon, 0 neither."""
    if left is None or left > _LOW_PERMILLE:
        return 0
    return 1 if left else 2


def _weight(flag):
    return 4 - quality.indicator(flag), flag
