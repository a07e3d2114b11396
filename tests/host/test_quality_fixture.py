"""Promise: each recorded quality reading gets the flag that its row expects.

Runs in MicroPython; flags that need history may come as late as the README of the data says.
"""

import csv
import subprocess
from collections import Counter

import pytest

from rill.image import build
from rill.interpreter import micropython
from rill.message import QUALITY_FLAGS

_SCRIPT = """
import sys
from firmware.core import judging, quality, tds, turbidity
from firmware.core.history import Clarity, History

_DIVIDER = 6667  # of 10,000
turb, solid, warm, clarity = History(), History(), History(), Clarity()
for line in sys.stdin:
    time_s, turb_uv, tds_uv, centi_c = [int(word) for word in line.split()]
    turb.take(turb_uv)
    solid.take(tds_uv)
    warm.take(centi_c)
    flag_c = judging.temperature(centi_c, warm, turb.is_stuck() and solid.is_stuck())
    has_c = not quality.is_rejected(flag_c) or flag_c == quality.STUCK
    if not has_c:
        centi_c = 2500
    ppb, _ = tds.measured(tds_uv, centi_c, 1000, 0, 500)
    flag_s = judging.solids(tds_uv, 0, ppb, solid, has_c, quality.GOOD, False)
    uv_25 = turbidity.at_25_uv(turb_uv * 10_000 // _DIVIDER, centi_c)
    is_dry = flag_s == quality.DRY_OR_OPEN
    judged = turb_uv, 0, uv_25, turb
    if judging.cloudiness(*judged, None, is_dry, has_c, 0) not in (
        quality.OPEN, quality.SHORT, quality.DRY_OR_OPEN
    ):
        clarity.take(time_s, uv_25)
    flag_t = judging.cloudiness(*judged, clarity.clearest_uv(time_s), is_dry, has_c, 0)
    print(flag_t, flag_s, flag_c)
"""
_NO_ANSWER_CENTI_C = -32768


def _flags(rows):
    lines = []
    for row in rows:
        uv = [round(float(row[name]) * 1e6) for name in ("turb_adc_v", "tds_v")]
        centi_c = round(float(row["temp_c"]) * 100) if row["temp_c"] else _NO_ANSWER_CENTI_C
        lines.append(f"{row['t_s']} {uv[0]} {uv[1]} {centi_c}")
    done = subprocess.run(
        [*micropython(), "-c", f"import sys\nsys.path.insert(0, {str(build())!r})\n{_SCRIPT}"],
        input="\n".join(lines), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    return [
        [QUALITY_FLAGS[int(flag)] for flag in line.split()] for line in done.stdout.splitlines()
    ]


@pytest.fixture(scope="module")
def rows(recordings):
    with open(recordings / "turbidity_tds_fixture.csv", newline="") as file:
        return list(csv.DictReader(file))


# Rows that may still be as if nothing was known of before: the first 20 of a stuck input, those
# of a film in its first two days, and half of a noisy wire's.
_LATE = {"stuck": 20, "drift": 48, "noisy": 20}
_UNKNOWING = ("good", "below_range")


def test_every_row_gets_a_flag_that_its_column_expects(rows):
    late = Counter()
    for row, flags in zip(rows, _flags(rows), strict=True):
        for name, flag in zip(("turb", "tds", "temp"), flags, strict=True):
            expected = row[f"flag_{name}"]
            if flag not in expected.split("|"):
                assert expected in _LATE and flag in _UNKNOWING, (row, name, flag)
                late[expected, name] += 1
    assert all(count <= _LATE[expected] for (expected, _), count in late.items()), late


def test_a_history_flag_comes_for_good(rows):
    """Behind its last `good` row a stuck input and a film stay flagged to the end."""
    for segment, column, place in (
        ("stuck_at_one_value", "stuck", 0),
        ("turb_fouling_drift", "drift", 0),
    ):
        pairs = zip(rows, _flags(rows), strict=True)
        flags = [found[place] for row, found in pairs if row["segment"] == segment]
        first = flags.index(column)
        assert set(flags[first:]) == {column} and set(flags[:first]) <= set(_UNKNOWING)
