"""Leaks for clean recordings: water in small steps, or a cistern's refills."""

from typing import NamedTuple

from rill.trace import Trace

_STEP_S = 60
_BURST_STEP_S = 1  # a litre at 3600 L/h: more at once is no flow of a pipe
_LONGEST_BURST_S = 86_400
_REFILL_ML, _REFILL_S = 3000, 36  # 5 L/min


class Leak(NamedTuple):
    """rate_ml_h for lasts_s; a cistern lets it come in refills of 3 L."""

    name: str
    rate_ml_h: int
    lasts_s: int
    is_cistern: bool = False

    def rows(self, begin_s: int) -> list[tuple[int, int]]:
        """(t_s, ml), whole litres are not lost on the way."""
        if self.is_cistern:
            each_s = _REFILL_ML * 3600 // self.rate_ml_h
            parts = range(1, 4)
            return [
                (begin_s + refill_s + part * _REFILL_S // 3, _REFILL_ML // 3)
                for refill_s in range(0, self.lasts_s, each_s)
                for part in parts
            ]
        step_s = _BURST_STEP_S if self.lasts_s <= _LONGEST_BURST_S else _STEP_S
        times_s = range(0, self.lasts_s + 1, step_s)
        total = [self.rate_ml_h * t_s // 3600 for t_s in times_s]
        return [
            (begin_s + t_s, now - before)
            for t_s, before, now in zip(times_s[1:], total, total[1:], strict=False)
        ]


def injected(trace: Trace, leak: Leak, begin_s: int, first_s: int, end_s: int) -> Trace:
    """The trace from first_s to end_s, which is time 0, with the leak that begins at begin_s."""
    water = {t_s - first_s: ml for t_s, ml in trace.rows if first_s < t_s <= end_s}
    for t_s, ml in leak.rows(begin_s):
        if t_s <= end_s:
            water[t_s - first_s] = water.get(t_s - first_s, 0) + ml
    return Trace(sorted(water.items()), 1)
