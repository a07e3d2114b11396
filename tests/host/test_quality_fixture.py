"""Promise: each recorded quality reading gets the flag that its row expects.

Runs in MicroPython; flags that need history may come as late as the README of the data says.
"""

import csv
import subprocess
from collections import Counter
from typing import NamedTuple

import pytest

from rill.image import build
from rill.interpreter import micropython
from rill.message import QUALITY_FLAGS

_SCRIPT = """
import sys
from firmware.config import checked
from firmware.core import column
from firmware.core.samples import Figures
from firmware.measuring import measured
from firmware.storage.calibrations import Calibration, Calibrations

class When:
    flags = 0

class Memory:  # of Nvs, and of RetainedState
    def __init__(self):
        self.content, self.kept = {}, b""
    def read(self, key):
        return self.content.get(key)
    def write(self, key, data):
        self.content[key] = data
    def history(self):
        return self.kept
    def keep_history(self, packed):
        self.kept = packed

config = checked({"tds_pin": 33, "turbidity_pin": 34, "thermometer_pin": 27,
                 "turbidity_divider_ppm": 666_700})
memory = Memory()
for kind in (2, 3):
    Calibrations(memory).save(Calibration(kind, 1000, 0, 1_790_000_000, 1, 2500, 1, "x"))
for line in sys.stdin:
    time_s, turb_uv, tds_uv, centi_c = [int(word) for word in line.split()]
    When.time_s = 1_790_000_000 + time_s
    figures = [Figures(tds_uv, 0, 0, 0), None, Figures(turb_uv, 0, 0, 0)]
    packed, news = measured(
        config=config, read=(None if centi_c == -32768 else centi_c, figures, None),
        retained=memory, nvs=memory, when=When, state=None, purifier=None, note=None,
    )
    found = {one.kind: one for one in column.unpacked(packed)}
    values = [found[kind] for kind in (3, 2, 1)]
    print(*[one.flag for one in values])
    print(*[-1 if one.value is None else one.value for one in values])
    print(*[one.uncertainty for one in values])
    print(" ".join(["%d:%d:%s" % (e[0], e[2], e[3]) for e in news]))
"""
_NO_ANSWER_CENTI_C = -32768


class Found(NamedTuple):
    """Of turbidity, solids, temperature: flags, values (-1: none), uncertainties. And events."""

    flags: list[str]
    values: list[int]
    uncertainties: list[int]
    news: list[str]


@pytest.fixture(scope="module")
def found(rows):
    return _found(rows)


def _found(rows):
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
    lines = done.stdout.splitlines()
    return [
        Found(
            [QUALITY_FLAGS[int(flag)] for flag in lines[n].split()],
            [int(value) for value in lines[n + 1].split()],
            [int(value) for value in lines[n + 2].split()],
            lines[n + 3].split(),
        )
        for n in range(0, len(lines), 4)
    ]


@pytest.fixture(scope="module")
def rows(recordings):
    with open(recordings / "turbidity_tds_fixture.csv", newline="") as file:
        return list(csv.DictReader(file))


# Rows that may still be as if nothing was known of before: the first 20 of a stuck input, those
# of a film in its first two days, and half of a noisy wire's.
_LATE = {"stuck": 20, "drift": 48, "noisy": 20}
_UNKNOWING = ("good", "below_range")


def test_every_row_gets_a_flag_that_its_column_expects(rows, found):
    late = Counter()
    for row, one in zip(rows, found, strict=True):
        for name, flag in zip(("turb", "tds", "temp"), one.flags, strict=True):
            expected = row[f"flag_{name}"]
            if flag not in expected.split("|"):
                assert expected in _LATE and flag in _UNKNOWING, (row, name, flag)
                late[expected, name] += 1
    assert all(count <= _LATE[expected] for (expected, _), count in late.items()), late


def test_a_history_flag_comes_for_good(rows, found):
    """Behind its last `good` row a stuck input and a film stay flagged to the end."""
    for segment, column, place in (
        ("stuck_at_one_value", "stuck", 0),
        ("turb_fouling_drift", "drift", 0),
    ):
        pairs = zip(rows, found, strict=True)
        flags = [one.flags[place] for row, one in pairs if row["segment"] == segment]
        first = flags.index(column)
        assert set(flags[first:]) == {column} and set(flags[:first]) <= set(_UNKNOWING)


def test_the_truth_lies_within_what_is_stated(rows, found):
    """Of accepted values, all but one in twenty: that is what two standard deviations promise."""
    for place, name, unit, least in ((0, "true_ntu", 1000, 250), (1, "true_tds_ppm", 1000, 250)):
        outside = []
        seen = 0
        for row, one in zip(rows, found, strict=True):
            if not row[name] or one.flags[place] not in ("good", "below_range"):
                continue
            seen += 1
            off = abs(one.values[place] - float(row[name]) * unit)
            if off > one.uncertainties[place]:
                outside.append((row["segment"], row[name], one.values[place]))
        assert seen >= least and len(outside) <= seen // 20, (name, len(outside), outside[:5])


def test_a_film_raises_no_alarm_and_mud_does(rows, found):
    alarms = Counter(
        row["segment"]
        for row, one in zip(rows, found, strict=True)
        for event in one.news
        if event.startswith("15:1000:turbidity")
    )
    assert not alarms["turb_fouling_drift"] and alarms["turbid_event"], alarms


def test_each_fault_is_told_and_not_every_hour(rows, found):
    told = Counter()
    for row, one in zip(rows, found, strict=True):
        told[row["segment"]] += sum(event.startswith("14:") for event in one.news)
    assert told["noisy_wiring"] in range(1, 9), told
