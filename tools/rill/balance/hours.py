"""Water hour by hour: registers interpolated to the full hours, all homes at the same instants."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rill.balance.registers import Register, Span, instant_variance

HOUR_S = 3600
SHARP_S = (
    7500  # between readings a straight line will do so far: one hourly reading may be missing
)
_INFLOW_SHARP_S = 5400
_SHARP_SHARE = 0.9  # of the homes
_WHOLE_S = HOUR_S - 0.5


class Window(NamedTuple):
    """Hours number first to first + count - 1; hour n begins n * 3600 s after time 0."""

    first: int
    count: int

    def parts(self, span: Span) -> Iterator[tuple[int, int]]:
        """The hours of the window that a span touches: (place in the window, seconds in it)."""
        begin_s = max(span.begin_s, self.first * HOUR_S)
        end_s = min(span.end_s, (self.first + self.count) * HOUR_S)
        while begin_s < end_s:
            next_s = min(end_s, (begin_s // HOUR_S + 1) * HOUR_S)
            yield begin_s // HOUR_S - self.first, next_s - begin_s
            begin_s = next_s


class Inflow(NamedTuple):
    """ml: of each hour, None where it is not known. is_sharp: whether it is of that very hour."""

    ml: list[float | None]
    is_sharp: list[bool]


class Homes(NamedTuple):
    """All homes together, for each hour.

    ml: what their meters counted, with estimated_ml for those that were not read.
    read: how many homes have a reading before it and one behind it.
    sharp: the share of them whose readings are close enough together to tell this very hour.
    between_ml: standard uncertainty of the sum of their registers at any instant.
    """

    ml: list[float]
    estimated_ml: list[float]
    read: list[int]
    sharp: list[float]
    between_ml: float
    homes: int

    def is_sharp(self, hour: int) -> bool:
        return self.sharp[hour] >= _SHARP_SHARE


def inflow_hours(meter: Register, window: Window) -> Inflow:
    """A longer gap between two readings is spread evenly, and not sharp."""
    ml, known_s = [0.0] * window.count, [0.0] * window.count
    is_sharp = [True] * window.count
    for span in meter.spans():
        rate = span.ml / (span.end_s - span.begin_s)
        is_short = span.end_s - span.begin_s <= _INFLOW_SHARP_S
        for hour, seconds in window.parts(span):
            ml[hour] += rate * seconds
            known_s[hour] += seconds
            is_sharp[hour] &= is_short
    is_known = [seconds >= _WHOLE_S for seconds in known_s]
    return Inflow(
        [one if known else None for one, known in zip(ml, is_known, strict=True)],
        [sharp and known for sharp, known in zip(is_sharp, is_known, strict=True)],
    )


def homes_hours(meters: Sequence[Register], window: Window) -> Homes:
    """The sum of the homes; Register.is_usable need not hold for each of them.

    What a home used between two readings far apart is known and is spread over the hours as the
    other homes used theirs; what it used before its first reading, behind its last one and
    while its meter was replaced is estimated, from them and from its size. An unusable one
    is taken for an average home.
    """
    homes = [_Home(meter.spans() if meter.is_usable else [], window) for meter in meters]
    ml, known_s = [0.0] * window.count, [0.0] * window.count
    for home in homes:
        home.add_short(ml, known_s)
    shape = _shape(ml, known_s)
    estimated_ml, read = [0.0] * window.count, [0] * window.count
    for home in homes:
        home.add_long(ml, shape)
        home.add_estimated(estimated_ml, read, shape)
    variance = sum(instant_variance(meter.runs, SHARP_S) for meter in meters if meter.is_usable)
    return Homes(
        [known + guessed for known, guessed in zip(ml, estimated_ml, strict=True)],
        estimated_ml,
        read,
        [seconds / HOUR_S / len(homes) for seconds in known_s],
        variance**0.5,
        len(homes),
    )


def _shape(ml: list[float], known_s: list[float]) -> list[float]:
    """What one home uses in a second of each hour, ml; where nothing is known, its mean."""
    whole_s = sum(known_s)
    mean = sum(ml) / whole_s if whole_s else 1.0
    return [(one / seconds if seconds else mean) for one, seconds in zip(ml, known_s, strict=True)]


class _Home:
    """One home; its seconds of each hour that are known, and its water in all of them."""

    def __init__(self, spans: Iterable[Span], window: Window):
        self._window = window
        self._short, self._long = [], []
        for span in spans:
            kind = self._short if span.end_s - span.begin_s <= SHARP_S else self._long
            kind.append(span)
        self._known_s = array("H", bytes(2 * window.count))
        self._ml = 0.0

    def add_short(self, ml: list[float], known_s: list[float]) -> None:
        for span in self._short:
            rate = span.ml / (span.end_s - span.begin_s)
            for hour, seconds in self._window.parts(span):
                ml[hour] += rate * seconds
                self._ml += rate * seconds
                known_s[hour] += seconds
                self._known_s[hour] += seconds

    def add_long(self, ml: list[float], shape: list[float]) -> None:
        for span in self._long:
            parts = list(self._window.parts(span))
            inside = sum(seconds for _, seconds in parts) / (span.end_s - span.begin_s)
            weights = [shape[hour] * seconds for hour, seconds in parts]
            if not any(weights):
                weights = [seconds for _, seconds in parts]
            whole = sum(weights)
            for (hour, seconds), weight in zip(parts, weights, strict=True):
                ml[hour] += span.ml * inside * weight / whole
                self._known_s[hour] += seconds
            self._ml += span.ml * inside

    def add_estimated(self, ml: list[float], read: list[int], shape: list[float]) -> None:
        usual = sum(one * known for one, known in zip(shape, self._known_s, strict=True))
        size = self._ml / usual if usual else 1.0
        for hour, known_s in enumerate(self._known_s):
            ml[hour] += size * shape[hour] * (HOUR_S - known_s)
            read[hour] += known_s > 0
