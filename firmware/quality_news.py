"""What of the water's quality is an event: a fault that comes or goes, a limit passed for long."""

from micropython import const

from firmware.core import column, event, power_event, quality
from firmware.core.limits import ABOVE_LIMIT, LIMITS, OK, verdict
from firmware.core.samples import IDLE_UV, is_always_on

_IN_A_ROW = const(3)  # readings above the limit
_ENDS = const(4)  # readings in a row without a fault, a day of them: it may come and go
# Flags that somebody has to hear of, when they come and when they go.
_NEWS = (
    quality.DRY_OR_OPEN, quality.OPEN, quality.SHORT, quality.NOISY, quality.STUCK, quality.DRIFT,
    quality.BAD_85, quality.MISSING, quality.FREEZE_WARNING, quality.EXPIRED,
)  # fmt: skip
# Of a probe that is not in the water, or not there at all: then its input may hold any voltage.
_UNPLUGGED = (quality.DRY_OR_OPEN, quality.OPEN, quality.SHORT, quality.MISSING)
# What is beyond the range of a probe is above a limit, or below it; of the others nobody is sure.
_SURE = (quality.GOOD, quality.FREEZE_WARNING, quality.OVER_RANGE, quality.BELOW_RANGE)


def is_above(retained):
    """True while a value is above its limit, and that was told."""
    from firmware.storage.quality_state import QualityState

    known = QualityState(retained.history()).known
    return any([one.above >= _IN_A_ROW for one in known.values()])


class QualityNews:
    """known: QualityState. all: of each event its arguments, as Keeping.note() takes them."""

    def __init__(self, known, limits):
        self._known = known.known
        self._source = limits
        self._limits = LIMITS[limits]
        self.all = []

    def add(self, *arguments):
        self.all.append(arguments)

    def tell(self, found):
        """found: the Columns of one look."""
        for one in found:
            self._tell_flag(one)
            self._tell_limit(one)

    def tell_supply(self, one, figures):
        """one: Column of an analogue probe. figures: of the same look."""
        if one.flag in _UNPLUGGED:
            return
        known = self._known[one.kind]
        was_on, known.is_on = known.is_on, int(is_always_on(figures))
        if known.is_on > was_on:
            text = "supply of %s" % column.name(one.kind)
            self.add(power_event.CONSUMER, figures.idle_uv, IDLE_UV, text)

    def _tell_flag(self, one):
        known = self._known[one.kind]
        if one.flag in _NEWS:
            known.quiet = 0
        elif known.flag in _NEWS:
            known.quiet += 1
            if known.quiet < _ENDS:
                return  # a fault that comes and goes is one
        if one.flag != known.flag and (one.flag in _NEWS or known.flag in _NEWS):
            self.add(event.QUALITY_FLAG, known.flag, one.flag, column.name(one.kind))
        known.flag, known.quiet = one.flag, 0

    def _tell_limit(self, one):
        limit = self._limit(one.kind)
        if limit is None or one.flag not in _SURE:
            return
        known = self._known[one.kind]
        was_above = known.above >= _IN_A_ROW
        found = verdict(one.value, one.uncertainty, limit)
        if one.flag == quality.BELOW_RANGE:
            found = OK  # clear water, for all that this probe can tell
        if found == ABOVE_LIMIT:
            known.above = min(known.above + 1, _IN_A_ROW)
        elif found == OK or not was_above:
            known.above = 0
        is_above = known.above >= _IN_A_ROW
        if is_above != was_above:
            text = "%s %s" % (column.name(one.kind), self._source)
            self.add(event.QUALITY_LIMIT, one.value, limit if is_above else 0, text)

    def _limit(self, kind):
        if kind in (column.SOLIDS_PPB, column.PRODUCT_SOLIDS_PPB):
            return self._limits[0]
        return self._limits[1] if kind == column.TURBIDITY_MNTU else None
