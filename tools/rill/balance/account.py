"""The water balance of the International Water Association, and how uncertain it is.

Every uncertainty here is one of 95 %: two standard deviations (GUM, JCGM 100:2008).
"""

from typing import NamedTuple

from rill.balance.district import District
from rill.balance.registers import BalanceError

# ISO 4064-1:2014, class 2: 2 % is the largest permitted error, Q2 to Q4. A limit as an
# uncertainty of 95 %: JCGM 100:2008, 4.3.7.
INFLOW_METER = 0.02 * 2 / 3**0.5
LOW_PERCENT = 2.0  # what household meters miss; from 0 to twice that
_UNBILLED = 0.0075  # of the inflow
_UNBILLED_ERROR = 0.005
_GIVEN_ERROR = 0.25  # of unbilled use that the utility names: it is not metered


class Value(NamedTuple):
    """Something, and its uncertainty of 95 %, in the same unit."""

    value: float
    uncertainty: float

    def times(self, factor: float) -> "Value":
        return Value(self.value * factor, self.uncertainty * abs(factor))


class Assumed(NamedTuple):
    """What can't be read from meters.

    low_percent: how much the homes' meters read low, 0 to 50, uncertain by as much.
    unbilled_ml: authorised use that nobody pays; None: 0.75 +- 0.5 % of the inflow.
    """

    low_percent: float = LOW_PERCENT
    unbilled_ml: float | None = None

    @property
    def low(self) -> float:
        return self.low_percent / 100

    def unbilled(self, inflow_ml: float) -> Value:
        if self.unbilled_ml is None:
            return Value(_UNBILLED * inflow_ml, _UNBILLED_ERROR * inflow_ml)
        return Value(self.unbilled_ml, _GIVEN_ERROR * self.unbilled_ml)


class Balance(NamedTuple):
    """All in ml over the hours used; budget: parts of the uncertainty of nrw."""

    hours: int
    homes: int
    input: Value
    billed: Value
    nrw: Value
    apparent: Value
    unbilled: Value
    real: Value
    budget: dict[str, float]

    @property
    def share(self) -> Value:
        """What brings no revenue, of the input.

        An error of the inflow meter changes both: 1 - billed / input.
        """
        billed_share = self.billed.value / self.input.value
        error = root(billed_share * self.input.uncertainty, self.billed.uncertainty)
        return Value(1 - billed_share, error / self.input.value)

    @property
    def l_per_connection_day(self) -> Value:
        return self.nrw.times(24 / 1000 / self.homes / self.hours)


def root(*parts: float) -> float:
    """Of independent uncertainties."""
    return sum(part * part for part in parts) ** 0.5


def balance(one: District, assumed: Assumed) -> Balance:
    """The account of the used hours; BalanceError when no water came in."""
    inflow = sum(one.inflow_of(hour) for hour in one.used)
    if not inflow:
        raise BalanceError("no water flowed in: there is nothing to balance")
    billed = sum(one.homes.ml[hour] for hour in one.used)
    estimated = sum(one.homes.estimated_ml[hour] for hour in one.used)
    pieces = 1 + sum(b - a > 1 for a, b in zip(one.used, one.used[1:], strict=False))
    budget = {
        "inflow_meter": inflow * INFLOW_METER,
        "between_readings": 2 * one.homes.between_ml * (2 * pieces) ** 0.5,
        "estimated": estimated,  # as if none of it had been used
    }
    billed_error = root(budget["between_readings"], budget["estimated"])
    nrw = Value(inflow - billed, root(*budget.values()))
    low = assumed.low
    # The slope of 1 / (1 - low) at low, times an uncertainty as large as low itself.
    apparent = Value(billed * low / (1 - low), billed * low / (1 - low) ** 2)
    unbilled = assumed.unbilled(inflow)
    real = Value(
        nrw.value - apparent.value - unbilled.value,
        root(nrw.uncertainty, apparent.uncertainty, unbilled.uncertainty),
    )
    return Balance(
        len(one.used),
        one.homes.homes,
        Value(inflow, budget["inflow_meter"]),
        Value(billed, billed_error),
        nrw,
        apparent,
        unbilled,
        real,
        budget,
    )


def losses(one: District, assumed: Assumed, hours: list[int]) -> list[float]:
    """Inflow less what the homes really used, ml in each of these hours."""
    true = 1 / (1 - assumed.low)
    return [one.inflow_of(hour) - one.homes.ml[hour] * true for hour in hours]
