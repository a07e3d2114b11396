"""Promise: a verdict is given only when the uncertainty allows it; a cheap probe says so."""

from expect import expect
from firmware.core import tds, turbidity
from firmware.core.limits import LIMITS, verdict

_ADC_UV = 15_000


def _named(*arguments):
    return ("ok", "above limit", "cannot tell")[verdict(*arguments)]


def test_a_verdict_needs_the_whole_range_on_one_side():
    found = [_named(value, 10, 100) for value in (90, 91, 100, 110, 111)]
    expect(found, ["ok", "cannot tell", "cannot tell", "cannot tell", "above limit"])
    expect(_named(None, 0, 100), "cannot tell")


def test_a_calibrated_tds_probe_can_check_a_thousand_but_not_near_it():
    limit_ppb = LIMITS["gb5749"][0]
    found = []
    for mv in (500, 1000, 2150, 2290):
        ppb, _ = tds.measured(1000 * mv, 2500, 1000, 0, 500)
        u_ppb = tds.uncertainty_ppb(ppb, 1000 * mv, 2500, _ADC_UV, 500, True)
        found.append(_named(ppb, u_ppb, limit_ppb))
    expect(found, ["ok", "ok", "cannot tell", "above limit"])


def test_the_uncertainty_of_tds_is_what_its_parts_make():
    ppb, _ = tds.measured(500_000, 2500, 1000, 0, 500)
    voltage_ppb = 701.595 * 0.015 * 0.5 * 1000
    wanted = 2 * (voltage_ppb**2 + (ppb / 25) ** 2) ** 0.5
    found = tds.uncertainty_ppb(ppb, 500_000, 2500, _ADC_UV, 500, True)
    expect(abs(found - wanted) < 5, True)
    plain = tds.uncertainty_ppb(ppb, 500_000, 2500, _ADC_UV, 500, False)
    expect(100_000 < plain < 130_000, True)  # the maker's +-100 ppm
    cold = tds.uncertainty_ppb(ppb, 500_000, 500, _ADC_UV, 500, True)
    unknown = tds.uncertainty_ppb(ppb, 500_000, None, _ADC_UV, 500, True)
    expect(found < cold < unknown, True)


def test_a_cheap_turbidity_probe_cannot_check_drinking_water_at_all():
    for limits in LIMITS.values():
        for uv in range(4_100_000, 4_300_000, 5000):
            mntu = turbidity.mntu(uv)
            u_mntu = turbidity.uncertainty_mntu(uv, 1800, 2 * _ADC_UV, True)
            expect(_named(mntu, u_mntu, limits[1]) != "ok", True)


def test_mud_is_above_any_limit():
    mntu = turbidity.mntu(3_900_000)
    u_mntu = turbidity.uncertainty_mntu(3_900_000, 1800, 2 * _ADC_UV, True)
    expect([_named(mntu, u_mntu, limits[1]) for limits in LIMITS.values()], ["above limit"] * 3)
