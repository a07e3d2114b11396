"""Promise: flash that can't be read costs what lay there; a lost journal arrives all the same."""

import copy
import json
import random
from pathlib import Path

import pytest

from corruption import ADD
from rill import image
from rill.board_process import Board
from rill.torture.headend import HeadEnd
from rill.torture.oracle import Found, Told, odometer_ml
from rill.torture.scenarios import CONFIG
from rill.world import World

_FAULT, _UNREADABLE = 9, 8  # docs/events.md


class _Life:
    """A meter that stores and can't deliver until `head_end.acks` is None."""

    def __init__(self, folder: Path, head_end: HeadEnd):
        pulses = range(5_000_000, 100 * 3_600_000_000, 500_000_000)
        self._world = World(list(pulses))
        self.head_end = head_end
        head_end.acks = 0
        built = image.build_board()
        self._scripts = (str(built / "told.py"), "boot.py", "main.py")
        self.board = Board(folder, image.build(), built, self._world, heap_bytes=200_000)
        self.flash = folder / "journal"
        self.nvs = folder / "retained.nvs"
        self.configure()
        self.told = Told()
        self._cause = "power_on"

    def wakes(self, count: int, cut: str = "-", fuse: int = 0) -> None:
        """cut, fuse: as of Board.wake(); such a wake is not waited for."""
        for _ in range(count):
            ending = self.board.wake(self._cause, scripts=self._scripts, cut=cut, fuse=fuse)
            self.told.take(self._world.noted)
            if fuse or cut != "-":
                self._cause = "reset"
                return
            assert ending.kind == "sleep", self.board.console_end()
            assert "Traceback" not in self.board.console_end(200), self.board.console_end(200)
            woken = self._world.sleep_until(self._world.wakes_us(ending.sleep_ms))
            self._cause = "ulp" if woken else "timer"

    def hours(self, count: int) -> None:
        """As many wakes as that takes: water that never stands still asks for more than one."""
        until_us = self._world.now_us + count * 3_600_000_000
        while self._world.now_us < until_us:
            self.wakes(1)

    def configure(self, **changes) -> None:
        values = {**CONFIG, "broker_port": self.head_end.port, "report_s": 3600, **changes}
        (self.board.flash / "config.json").write_text(json.dumps(values))

    def copied(self, name: str) -> "_Life":
        """Once more, with a head end that knows what this one knows."""
        twin = copy.copy(self)
        twin._world = self._world.copied()
        folder = self.flash.parent / name
        twin.board = self.board.copied(folder, twin._world)
        twin.flash, twin.nvs = folder / "journal", folder / "retained.nvs"
        twin.told = self.told.copied()
        self.head_end.book = self.head_end.book.copied()
        return twin

    def run(self, text: str) -> None:
        script = self.flash.parent / "script.py"
        script.write_text(text)
        self.board.wake("timer", scripts=(self._scripts[0], str(script)))
        self.told.take(self._world.noted)

    def found(self) -> Found:
        found = Found.parse(self.board.run(image.build_board() / "stored.py"), 0)
        assert found is not None, self.board.console_end()
        return found

    def lose_power(self) -> None:
        self.board.lose_power(5)
        self._cause = "power_on"

    def events(self, code: int) -> list[tuple]:
        return [row[1:] for (_, stream, _), row in self.head_end.book.rows.items()
                if stream == "events" and row[0] == code]  # fmt: skip

    def arrived(self, journal: str) -> dict[int, int]:
        """Odometer by number of the readings of that journal."""
        rows = self.head_end.book.rows.items()
        return {key[2]: row[0] for key, row in rows if key[:2] == (journal, "readings")}


def _wanted(told: Told) -> dict[int, int]:
    return {seq: odometer_ml(body) for (letter, seq), body in told.stored.items() if letter == "r"}


@pytest.fixture
def life(tmp_path):
    with HeadEnd() as head_end:
        yield _Life(tmp_path, head_end)


def _destroy(life: _Life) -> None:
    """The file system of the journal can't be mounted any more, and its root is gone."""
    content = life.flash.read_bytes()
    life.flash.write_bytes(random.Random(1).randbytes(8192) + content[8192:])


def _deface(life: _Life) -> None:
    """It can't be mounted any more, and all that was in it is there."""
    life.flash.write_bytes(life.flash.read_bytes().replace(b"littlefs", b"LITTLEFS"))


def _forget(life: _Life) -> None:
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
    before, wanted = life.found(), _wanted(life.told)
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
    assert life.arrived(found.journal) == _wanted(life.told) and _wanted(life.told)
    assert [event[:2] for event in life.events(_FAULT)] == [(3, 1)]
    assert not list(life.board.flash.glob("unsent*"))


@pytest.mark.parametrize("seq", [280, 330])
def test_a_block_that_cannot_be_read_costs_the_readings_in_it_and_no_others(life, seq):
    """littlefs finds those before number 330 through its block."""
    life.wakes(4)
    life.run(ADD)
    life.wakes(1)
    journal, wanted = life.found().journal, _wanted(life.told)
    content = life.flash.read_bytes()
    framed = _framed(seq, life.told.stored["r", seq])
    life.board.dumb_blocks = [
        n // 4096 for n in range(len(content)) if content.startswith(framed, n)
    ]
    assert life.board.dumb_blocks
    life.head_end.acks = None
    life.wakes(8)
    arrived = life.arrived(journal)
    lost = set(wanted) - set(arrived)
    assert seq in lost and len(lost) <= 83 and max(wanted) in arrived
    assert all(wanted[n] == ml for n, ml in arrived.items() if n in wanted)
    # And it is told: by number, or how many, when all had to be saved from the raw blocks.
    told = sum(last + 1 - first for first, last, *_ in life.events(_UNREADABLE))
    told += sum(int(text.split(", ")[1].split()[0]) for _, _, text in life.events(_FAULT))
    assert told >= len(lost)
    assert len(_newest(life)) >= 4  # it goes on


def _newest(life: _Life) -> dict[int, int]:
    """What has arrived of the journal that the meter has now."""
    return life.arrived(list(life.head_end.book.rows)[-1][0])


def _framed(seq: int, body: bytes) -> bytes:
    return bytes([len(body)]) + seq.to_bytes(4, "little") + body


def test_records_of_which_nobody_knows_the_journal_are_kept_and_do_not_stop_the_meter(life):
    life.wakes(3)
    (life.board.flash / "unsent").write_bytes(b"records")
    (life.board.flash / "unsent.id").write_bytes(b"damaged")
    life.head_end.acks = None
    life.wakes(3)
    assert life.arrived(life.found().journal) == _wanted(life.told)
    _destroy(life)
    life.wakes(4)
    assert (life.board.flash / "unsent").read_bytes() == b"records"


@pytest.mark.parametrize(
    "content", [pytest.param(c, marks=pytest.mark.prove) for c in ("blank", "noise")] + ["link"]
)
def test_a_damaged_block_among_many_stops_neither_storing_nor_delivery(life, content):
    """In it are the readings 316 to 393, and before them a link to the blocks in front."""
    life.wakes(4)
    life.run(ADD)
    life.wakes(1)
    journal, wanted = life.found().journal, _wanted(life.told)
    flash = bytearray(life.flash.read_bytes())
    ends = [_framed(seq, life.told.stored["r", seq]) for seq in (316, 393)]
    blocks = [n for n in range(0, len(flash), 4096)
              if all(end in flash[n : n + 4096] for end in ends)]  # fmt: skip
    for block in blocks:
        if content == "link":
            flash[block + 3] ^= 0x80
        else:
            size = 4096
            noise = random.Random(3).randbytes(size)
            flash[block : block + size] = noise if content == "noise" else b"\xff" * size
    life.flash.write_bytes(flash)
    life.head_end.acks = None
    life.wakes(10)
    lost = set(wanted) - set(life.arrived(journal))
    # In the block, and across the borders of blocks, where nothing is found.
    assert len(lost) <= (4 if content == "link" else 83), sorted(lost)
    assert [event[1] for event in life.events(_FAULT)] == [1]
    assert len(life.arrived(life.found().journal)) >= 7  # it goes on


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
    wanted, journal = _wanted(life.told), life.found().journal
    _destroy(life)
    life.wakes(3)
    unsent = life.board.flash / "unsent"
    content = bytearray(unsent.read_bytes())
    content[60] ^= 1
    unsent.write_bytes(content)
    life.head_end.acks = None
    life.wakes(3)
    assert len(life.arrived(journal)) == len(wanted) - 1
    assert [event[:3] for event in life.events(_UNREADABLE) if event[2] == "unsent"] == [
        (1, pytest.approx(len(wanted) + 8, abs=8), "unsent")
    ]


@pytest.mark.prove
def test_what_was_saved_goes_out_in_parts_on_a_link_that_drops(life):
    life.configure(message_bytes=320)
    life.hours(24)
    wanted, journal = _wanted(life.told), life.found().journal
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
        assert {event[1] for event in twin.events(_FAULT)} == {1}, operation
    assert moments
