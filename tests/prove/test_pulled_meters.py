"""Promise: over a line of 115200 baud 10,000 readings come complete and verified, at the speed of
that line; a cable that is pulled costs nothing that has come; and what a broker has lost comes
over the cable into the same database, each record once.
"""

import csv
import threading

import pytest

from attended import reporting
from flashed_tree import flashed_tree
from rill.bench_pull import READINGS, Filled, pulled
from rill.cable.port import Port, Unplugged
from rill.cable.pull_command import pull
from rill.cable.reaching import enter
from rill.cable.served import ServedBoard
from rill.store import Store

pytestmark = pytest.mark.prove


def test_10000_readings_over_a_slow_line(tmp_path):
    with Filled(tmp_path) as board:
        numbers, took_s = pulled(board, tmp_path)
    assert numbers["readings"]["damaged"] == numbers["readings"]["unknown"] == 0
    assert numbers["readings"]["new"] == numbers["readings"]["last_seq"] >= READINGS
    with open(numbers["files"][0], newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["seq"]) for row in rows] == list(range(1, len(rows) + 1))
    assert all(int(row["odometer_ml"]) == 137 * int(row["seq"]) for row in rows[10:READINGS])
    assert took_s > READINGS * 52 * 10 / 115200 * 0.95, "the line was faster than it can be"


def test_a_cable_pulled_in_the_middle(tmp_path):
    database = str(tmp_path / "rill.db")
    with Filled(tmp_path, 2000) as board:
        with Port(board.path) as port:
            board.press_button()
            enter(port, lambda text: board.press_button())
            threading.Timer(5, board.unplug).start()
            with pytest.raises(Unplugged, match="`rill pull` again, it continues"):
                pull(port, tmp_path, database)
        with Store(database) as store:
            before = [row["seq"] for row in _all(store)]
        assert before == list(range(1, len(before) + 1)) and 100 < len(before) < 2000
        with Port(board.path) as port:
            enter(port, lambda text: board.press_button())
            numbers = pull(port, tmp_path, database)
        assert board.wait_asleep()
    assert numbers["readings"]["new"] == numbers["readings"]["last_seq"] - len(before)
    with Store(database) as store:
        seqs = [row["seq"] for row in _all(store)]
    assert seqs == list(range(1, numbers["readings"]["last_seq"] + 1))


def _all(store):
    return store.database.run("SELECT * FROM readings ORDER BY seq")


class _Broker:
    """A book of head_end: what comes over the air goes into a database; while it is lossy, a
    half of it is acknowledged and lost.
    """

    def __init__(self, store):
        self._store = store
        self.messages = 0
        self.is_lossy = False

    def enter(self, message):
        self.messages += 1
        if not self.is_lossy or self.messages % 2:
            self._store.add(message)


def test_over_the_air_and_over_the_cable(tmp_path, head_end):
    tree = flashed_tree(tmp_path, **reporting(head_end, device="m", slot_s=900, report_s=900))
    database = str(tmp_path / "rill.db")
    with Store(database) as store, ServedBoard(tmp_path / "board", tree) as board:
        head_end.book = _Broker(store)
        for n in range(8):
            assert board.wait_asleep()
            head_end.book.is_lossy = n > 1
            if n == 6:
                head_end.book = _Broker(Store())  # from now on all of it is lost
            board.pass_time(900)
        assert board.wait_asleep()
        air = {row["seq"]: row for row in store.rows("m")}
        with Port(board.path) as port:
            board.press_button()
            enter(port, lambda text: board.press_button())
            numbers = pull(port, tmp_path, database)
        rows = store.rows("m")
        events = [row["seq"] for row in store.rows("m", "events")]
    assert [row["seq"] for row in rows] == list(range(1, numbers["readings"]["last_seq"] + 1))
    assert events == list(range(1, numbers["events"]["last_seq"] + 1))
    assert 3 <= len(air) == len(rows) - numbers["readings"]["new"] < len(rows) - 1
    assert numbers["conflicts"] == 0
    assert all(row == air[row["seq"]] for row in rows if row["seq"] in air)
