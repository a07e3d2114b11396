"""Promise: what a lost journal had not delivered arrives all the same, and no odometer is lost."""

import random

import pytest

from rill.torture.oracle import Told
from undelivered import FAULT, UNREADABLE, Life, stored_readings


@pytest.fixture
def life(tmp_path, head_end):
    return Life(tmp_path, head_end)


def _destroy(life: Life) -> None:
    """The file system of the journal can't be mounted any more, and its root is gone."""
    content = life.flash.read_bytes()
    life.flash.write_bytes(random.Random(1).randbytes(8192) + content[8192:])


def _deface(life: Life) -> None:
    """It can't be mounted any more, and all that was in it is there."""
    life.flash.write_bytes(life.flash.read_bytes().replace(b"littlefs", b"LITTLEFS"))


def _forget(life: Life) -> None:
    """Retained memory and the checkpoint are lost, too."""
    life.lose_power()
    life.nvs.unlink()


@pytest.mark.parametrize(
    ("damages", "keeps_id"),
    [
        ((_destroy,), True),
        pytest.param((_deface, _forget), True, marks=pytest.mark.prove),
        ((_destroy, _forget), False),
    ],
)
def test_what_a_lost_journal_had_not_delivered_arrives(life, damages, keeps_id):
    life.hours(24)
    before, wanted = life.found(), stored_readings(life.told)
    assert len(wanted) >= 23 and not life.arrived(before.journal)
    for damage in damages:
        damage(life)
    life.told = Told()
    life.wakes(3)
    assert life.found().journal != before.journal
    life.head_end.acks = None
    life.wakes(2)
    found = life.found()
    (old,) = {journal for journal, *_ in life.head_end.book.rows} - {found.journal}
    assert life.arrived(old) == wanted and (old == before.journal) == keeps_id
    assert found.odometer_ml >= before.odometer_ml
    assert life.arrived(found.journal) == stored_readings(life.told) and stored_readings(life.told)
    assert [event[:2] for event in life.events(FAULT)] == [(3, 1)]
    assert not list(life.board.flash.glob("unsent*"))


def test_records_of_which_nobody_knows_the_journal_are_kept_and_do_not_stop_the_meter(life):
    life.wakes(3)
    (life.board.flash / "unsent").write_bytes(b"records")
    (life.board.flash / "unsent.id").write_bytes(b"damaged")
    life.head_end.acks = None
    life.wakes(3)
    assert life.arrived(life.found().journal) == stored_readings(life.told)
    _destroy(life)
    life.wakes(4)
    assert (life.board.flash / "unsent").read_bytes() == b"records"


@pytest.mark.prove
def test_a_reset_while_a_journal_that_nobody_knows_is_made_anew_keeps_the_odometer(life):
    life.hours(24)
    before_ml = life.found().odometer_ml
    _deface(life)
    _forget(life)
    life.wakes(2)
    life.wakes(1, fuse=1500)
    life.head_end.acks = None
    life.wakes(4)
    assert life.found().odometer_ml >= before_ml
    assert min(row[0] for (_, stream, _), row in life.head_end.book.rows.items()
               if stream == "readings") == 0  # the first reading of all  # fmt: skip


def test_a_flipped_bit_among_what_was_saved_costs_one_record_and_is_told(life):
    life.hours(24)
    wanted, journal = stored_readings(life.told), life.found().journal
    _destroy(life)
    life.wakes(3)
    unsent = life.board.flash / "unsent"
    content = bytearray(unsent.read_bytes())
    content[60] ^= 1
    unsent.write_bytes(content)
    life.head_end.acks = None
    life.wakes(3)
    assert len(life.arrived(journal)) == len(wanted) - 1
    assert [event[:3] for event in life.events(UNREADABLE) if event[2] == "unsent"] == [
        (1, pytest.approx(len(wanted) + 8, abs=8), "unsent")
    ]


@pytest.mark.prove
def test_what_was_saved_goes_out_in_parts_on_a_link_that_drops(life):
    life.configure(message_bytes=320)
    life.hours(24)
    wanted, journal = stored_readings(life.told), life.found().journal
    _destroy(life)
    life.wakes(3)
    life.head_end.acks = 3
    life.hours(24)
    assert life.arrived(journal) == wanted
    assert not list(life.board.flash.glob("unsent*"))


def test_an_odometer_that_nobody_knows_is_not_published_as_zero(life):
    life.head_end.acks = None
    life.wakes(10)
    before_ml = life.head_end.book.odometer_ml
    assert before_ml > 0
    _deface(life)
    _forget(life)
    life.wakes(1)
    assert life.head_end.book.live_ml in (None, before_ml)
    life.wakes(4)
    assert life.head_end.book.odometer_ml >= before_ml


@pytest.mark.prove
def test_a_power_cut_behind_a_new_journal_does_not_hide_that_it_is_one(life):
    life.wakes(6)
    _destroy(life)
    life.wakes(2)
    moments = 0
    for operation in range(384, 412, 7):
        twin = life.copied(f"cut{operation}")
        twin.wakes(1, cut=f"{operation}:before:1")
        twin.lose_power()
        twin.head_end.acks = None
        twin.wakes(5)
        twin.head_end.acks = 0
        moments += 1
        assert {event[1] for event in twin.events(FAULT)} == {1}, operation
    assert moments
