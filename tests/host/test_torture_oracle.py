"""Promise: the columns of `rill torture` are not kinder than what was lost."""

import struct

import pytest

from rill.torture.headend import Book
from rill.torture.oracle import Found, Told, losses
from rill.torture.trial import Trial

_JOURNAL = "0123456789abcdef"
_LAST = 30


def _body(seq: int) -> bytes:
    return struct.pack("<BIHHQIHQIIHB", 2, 0, 1, 0, 1000 * seq, 1000, 3600, seq, seq, 0, 0, 1)


def _told() -> Told:
    """30 readings and an event were stored, 10 of them acknowledged."""
    told = Told({("r", seq): _body(seq) for seq in range(1, _LAST + 1)})
    told.stored["e", 1] = b"\x03event"
    return told


def _book() -> Book:
    book = Book()
    book.rows = {(_JOURNAL, "readings", seq): () for seq in range(1, 11)}
    return book


def _found(first: int = 1, damaged: int = 0, **changes) -> Found:
    bodies = dict(_told().stored)
    streams = {letter: (1, 1, 0) for letter in "edm"} | {"r": (first, _LAST + 1, damaged)}
    for seq in range(1, first):
        del bodies["r", seq]
    values = {"cursor": 11, "event_cursor": 1, "odometer_ml": 30_000, "bodies": bodies, "since": 0}
    return Found(journal=_JOURNAL, crashes=0, streams=streams, **{**values, **changes})


def _columns(found: Found, floor_ml: int = 0, keeps: int | None = None) -> dict[str, int]:
    """The columns that are not zero."""
    columns = losses(found, _told(), _book(), floor_ml, keeps)
    return {name: lost for name, lost in columns.items() if lost}


def test_what_is_all_there_is_no_loss():
    assert _columns(_found(), floor_ml=30_000) == {}


def test_a_journal_that_begins_anew_has_lost_its_records():
    """That there is nothing below its first number is no excuse: it was not full."""
    assert _columns(_found(first=_LAST + 1))["stored_lost"] == _LAST
    assert _columns(_found(first=2)) == {"stored_lost": 1}


def test_a_full_journal_may_drop_its_oldest_readings_and_not_more():
    assert _columns(_found(first=9), keeps=22) == {}
    assert _columns(_found(first=10), keeps=22) == {"stored_lost": 9}
    assert _columns(_found(first=10, since=25), keeps=22) == {"stored_lost": 9}


def test_what_was_not_asked_for_is_not_lost():
    bodies = {key: body for key, body in _told().stored.items() if key[1] >= 25 or key[0] == "e"}
    assert _columns(_found(bodies=bodies, since=25)) == {}


def test_an_event_is_dropped_by_no_full_journal_of_readings():
    bodies = dict(_told().stored)
    del bodies["e", 1]
    assert _columns(_found(bodies=bodies), keeps=1) == {"stored_lost": 1}


def test_a_record_with_another_content_is_lost():
    bodies = dict(_told().stored)
    bodies["r", 7] = bodies["r", 8]
    assert _columns(_found(bodies=bodies)) == {"stored_lost": 1}


def test_a_record_in_a_damaged_stretch_is_unreadable():
    bodies = dict(_told().stored)
    del bodies["r", 7]
    assert _columns(_found(bodies=bodies, damaged=1)) == {"unreadable": 1}


def test_a_cursor_beyond_what_arrived_has_lost_records():
    assert _columns(_found(cursor=14)) == {"acked_lost": 3}
    assert _columns(_found(event_cursor=2)) == {"acked_lost": 1}


@pytest.mark.parametrize(("odometer_ml", "floor_ml"), [(29_999, 0), (30_000, 30_001)])
def test_an_odometer_lower_than_a_reading_or_than_before_the_cut_went_backwards(
    odometer_ml, floor_ml
):
    found = _found(odometer_ml=odometer_ml)
    assert _columns(found, floor_ml) == {"odometer_backwards": 1}


def test_an_odometer_lower_than_the_head_end_knows_went_backwards():
    book = _book()
    book.odometer_ml = 30_001
    assert losses(_found(), _told(), book, 0)["odometer_backwards"] == 1


def test_readings_whose_odometer_falls_went_backwards():
    bodies = dict(_told().stored)
    bodies["r", _LAST + 1] = _body(_LAST - 1)
    assert _columns(_found(bodies=bodies)) == {"odometer_backwards": 1}


def test_one_number_with_two_contents_is_a_duplicate():
    told = _told()
    told.take([(ord("r") << 32 | 5, _body(5)), (ord("r") << 32 | 6, _body(5))])
    assert losses(_found(), told, _book(), 0)["duplicates_sequence"] == 1


@pytest.mark.parametrize(
    "script",
    [
        # It sleeps, hour after hour, and stores nothing.
        "from firmware.hal.power import Power\nPower(0, '').deep_sleep_ms(3_600_000)\n",
        # It doesn't get to sleep.
        "import machine\nmachine.reset()\n",
    ],
)
def test_a_meter_that_stores_nothing_any_more_is_not_reopened(tmp_path, monkeypatch, script):
    """It is sound until the cut; then the board does something else."""
    spoiled = tmp_path / "spoiled.py"
    spoiled.write_text(script)
    plain = Trial._recover

    def recover(self, *arguments):
        sound, self._scripts = self._scripts, (str(spoiled),)
        plain(self, *arguments)
        self._scripts = sound

    monkeypatch.setattr(Trial, "_recover", recover)
    numbers = Trial("first_boot", cuts=1).run()
    assert numbers["runs"] >= 1 and numbers["reopened"] == 0
