"""Promise: TDS and turbidity follow the published curves within 0.5 %, in integers alone.

So it does not matter that a float of the ESP32 has 24 bits.
"""

from expect import expect
from firmware.core import tds, turbidity


def _close(actual, expected, least=0):
    if abs(actual - expected) > max(abs(expected) * 0.005, least):
        raise AssertionError("%r is not %r within 0.5 %%" % (actual, expected))


def test_the_published_table_of_the_tds_probe():
    for mv, ppm in (
        (50, 21), (100, 42), (200, 81), (500, 191), (1000, 367), (1500, 580), (2000, 879),
        (2300, 1121),
    ):  # fmt: skip
        ppb = tds.solids_ppb(tds.conductivity_ns(mv * 1000), 500)
        expect(int(ppb / 1000 + 0.5), ppm)


def test_tds_over_its_whole_range_and_all_temperatures():
    for centi_c in range(0, 4501, 500):
        part = 1 + 0.02 * (centi_c / 100 - 25)
        for mv in range(50, 2301, 50):
            v = mv / 1000
            ec_us = ((133.42 * v - 255.86) * v + 857.39) * v
            ppb, ec_ns = tds.measured(int(mv * 1000 * part), centi_c, 1000, 0, 500)
            _close(ec_ns, 1000 * ec_us)
            _close(ppb, 500 * ec_us)
            expect((type(ppb), type(ec_ns)), (int, int))


def test_a_tds_probe_beyond_its_curve_is_at_its_end_and_below_zero_at_zero():
    highest = tds.measured(2_300_000, 2500, 1000, 0, 500)
    expect(tds.measured(3_000_000, 2500, 1000, 0, 500), highest)
    expect(tds.measured(0, 2500, 1000, 20_000, 500), (0, 0))


def test_a_factor_for_the_cell_and_one_for_the_salt():
    ppb, ec_ns = tds.measured(500_000, 2500, 1000, 0, 500)
    expect(tds.measured(500_000, 2500, 1000, 0, 700), (ec_ns * 7 // 10, ec_ns))
    _close(tds.measured(500_000, 2500, 1100, 0, 500)[0], 1.1 * ppb)
    _close(tds.slope_ns_per_v(500_000), 1000 * (3 * 133.42 / 4 - 255.86 + 857.39))


def test_the_published_table_of_the_turbidity_probe():
    for mv, tenths in (
        (4200, 9), (4150, 1816), (4100, 3566), (4000, 6899), (3800, 12893), (3500, 20203),
        (3000, 27904), (2563, 30047),
    ):  # fmt: skip
        expect(int(turbidity.mntu(mv * 1000) / 100 + 0.5), tenths)


def test_turbidity_over_its_whole_range():
    for mv in range(2563, 4198):
        v = mv / 1000
        _close(turbidity.mntu(mv * 1000), 1000 * (-1120.4 * v * v + 5742.3 * v - 4352.9))
    expect(type(turbidity.mntu(4_000_000)), int)


def test_clear_water_is_zero_and_below_the_vertex_it_gets_no_clearer():
    expect([turbidity.mntu(uv) for uv in (4_200_200, 4_300_000, 5_000_000)], [0, 0, 0])
    for uv in (2_562_000, 2_000_000, 0):
        expect(turbidity.mntu(uv), turbidity.mntu(turbidity.VERTEX_UV))
    expect(turbidity.slope_mntu_per_v(0) > 0, True)
    _close(turbidity.slope_mntu_per_v(4_200_000), 1000 * (2 * 1120.4 * 4.2 - 5742.3))


def test_a_degree_is_4700_microvolts_of_turbidity():
    for centi_c in (0, 1800, 2500, 4500):
        uv = 4_200_000 - 47 * (centi_c - 2500)
        expect(turbidity.at_25_uv(uv, centi_c), 4_200_000)
