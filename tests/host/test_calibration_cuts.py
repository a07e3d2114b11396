"""Promise: a calibration at the prompt changes the next reading as predicted, or is refused with
the reason; power that fails anywhere in it leaves the old one or the new one, and never a mixture.
"""

import json
from array import array

import pytest

from rill.board_process import Board
from rill.image import build, build_board
from rill.probes import PINS, Probes, Water
from rill.torture.headend import HeadEnd
from rill.world import World

# 1413 uS/cm, of a probe that says a tenth too little. Its solids by the factor 0.5: 706.5 mg/L.
_STANDARD_US = 1413
_WATER = Water(ppm=lambda s: 0.9 * _STANDARD_US / 2, celsius=lambda s: 20.0)
_STATED = """
import json
from firmware.hal.nvs import Nvs
from firmware.storage.calibrations import Calibrations
print("STATED", json.dumps(list(Calibrations(Nvs()).of(2))))
"""
_NEWEST = """
import json
from firmware.app import open_store
from firmware.core import record
from firmware.hal.nvs import Nvs
from firmware.storage.checkpoint import Vault
from firmware.storage.reader import Reader
readings, newest = open_store(Vault(Nvs())).readings, []
reader = Reader(readings, readings.first_seq())
while reader.advance():
    newest = record.quality_rows(bytes(record.quality(reader.body))) or newest
print("NEWEST", json.dumps(newest))
"""
_EVENTS = """
import json
from firmware.app import open_store
from firmware.core import event
from firmware.hal.nvs import Nvs
from firmware.storage.checkpoint import Vault
from firmware.storage.reader import Reader
reader, found = Reader(open_store(Vault(Nvs())).events, 1), []
while reader.advance():
    one = event.unpack(reader.body)
    found.append([one.code, one.before, one.after, one.text])
print("EVENTS", json.dumps(found))
"""


_PROMPT = """
from firmware.console.meter import Meter
from firmware.console.start import opened
meter = Meter(opened())
%s
"""


class Bench:
    """A meter with its probes in a standard."""

    def __init__(self, folder, script, port):
        self._script = script
        self.world = World(array("q"), probes=Probes(water=_WATER))
        self.board = Board(folder, build(), build_board(), self.world)
        config = {"device": "m", "broker_host": "127.0.0.1", "broker_port": port, **PINS}
        (self.board.flash / "config.json").write_text(json.dumps(config | {"wifi_ssid": "bench"}))

    def wakes(self, *causes):
        for cause in causes:
            ending = self.board.wake(cause)
            assert ending.kind == "sleep", self.board.console_end()
            self.world.sleep_until(self.world.wakes_us(ending.sleep_ms))

    def prompt(self, text, cut=0):
        scripts = self._script(_PROMPT % text)
        ending = self.board.wake("reset", fuse=cut, scripts=scripts)
        return ending, self.board.console_end(3)

    def stated(self):
        """The calibration as it is kept."""
        self.board.wake("reset", scripts=self._script(_STATED))
        return json.loads(self.board.console_end(1).partition("STATED ")[2])

    def newest_events(self, count):
        """Code, before, after, text of each."""
        self.board.wake("reset", scripts=self._script(_EVENTS))
        return json.loads(self.board.console_end(1).partition("EVENTS ")[2])[-count:]

    def solids(self):
        """The newest value of the TDS probe in the journal, after a press of the button."""
        self.wakes("button", "timer", "timer")
        self.board.wake("reset", scripts=self._script(_NEWEST))
        newest = json.loads(self.board.console_end(1).partition("NEWEST ")[2])
        return next(one for one in newest if one[0] == 2)


def _calibrated(who, us_per_cm=_STANDARD_US):
    return f'meter.sign_in("{who}")\nmeter.calibrate_tds({us_per_cm})'


@pytest.fixture
def bench(tmp_path, script):
    with HeadEnd() as head_end:  # a calibration has a date, which comes with the first report
        bench = Bench(tmp_path / "board", script, head_end.port)
        bench.wakes("power_on", "timer", "timer")
        yield bench


def test_a_good_standard_changes_the_next_reading_as_predicted(bench):
    _, flag, before_ppb, uncertainty, _ = bench.solids()
    assert (flag, before_ppb // 10_000) == (13, 63) and uncertainty > 100_000
    _, said = bench.prompt(_calibrated("A. Miller"))
    assert "factor 11" in said
    point, factor = bench.newest_events(2)
    assert (point[0], factor[0]) == (20, 16) and point[1] == bench.stated()[6]
    assert (factor[1], factor[2]) == (1000, bench.stated()[1])
    assert (point[3], factor[3]) == ("tds 1413 uS/cm at 20.00 C", "tds 1413 uS/cm, A. Miller")
    _, flag, after_ppb, uncertainty, _ = bench.solids()
    assert flag == 0 and abs(after_ppb - 706_500) < 7_000 and uncertainty < 70_000


def test_a_bad_standard_is_refused_with_the_reason_and_nothing_has_changed(bench):
    for text, reason in (
        ("tds(50)", "needs 100 to 2000"),
        ("tds(150)", "wrong standard"),
        ("tds(1413, True)", "no first point"),
        ("turbidity(800)", "clear water first"),
        ('tds(1413, probe="product_tds")', "product_tds_pin is not set"),
        ('tds(1413, probe="ph")', "neither tds nor product_tds"),
        ('tds("1413")', "must be a number"),
        ('tds(float("inf"))', "inf"),
    ):
        text = f'meter.sign_in("x")\nmeter.calibrate_{text}'
        assert reason in bench.prompt(text)[1]
    assert bench.stated()[1:4] == [1000, 0, 0]


def test_power_cut_anywhere_leaves_the_old_or_the_new_calibration(bench, tmp_path):
    _cut(bench, tmp_path, step=7)


@pytest.mark.prove
def test_power_cut_at_each_crossing_leaves_the_old_or_the_new_calibration(bench, tmp_path):
    _cut(bench, tmp_path, step=1)


def _cut(bench, tmp_path, step):
    bench.prompt(_calibrated("first", 1000))
    old = bench.stated()
    world, board = bench.world, bench.board
    new, cut, seen = None, 0, set()
    while True:
        bench.world = world.copied()
        bench.board = board.copied(tmp_path / "twin", bench.world)
        ending, _ = bench.prompt(_calibrated("second"), cut)
        bench.board.lose_power(cut)
        stated = bench.stated()
        if not cut:
            new = stated
            assert new[-1] == "second" and new != old
        # The voltage is measured again each time; everything else is of one of the two.
        assert stated[-1] in ("first", "second")
        known = old if stated[-1] == "first" else new
        assert stated[3:6] == known[3:6] and abs(stated[1] - known[1]) <= 10
        seen.add(stated[-1])
        if cut and ending.kind != "reset":
            break
        cut += step if cut else 1
    assert seen == {"first", "second"}
