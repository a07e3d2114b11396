"""Promise: a block of flash that cannot be read costs its readings and no others, and is told."""

import random

import pytest

from corruption import ADD
from undelivered import FAULT, UNREADABLE, Life, stored_readings


@pytest.fixture
def life(tmp_path, head_end):
    return Life(tmp_path, head_end)


@pytest.mark.parametrize("seq", [280, 330])
def test_a_block_that_cannot_be_read_costs_the_readings_in_it_and_no_others(life, seq):
    """littlefs finds those before number 330 through its block."""
    life.wakes(4)
    life.run(ADD)
    life.wakes(1)
    journal, wanted = life.found().journal, stored_readings(life.told)
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
    told = sum(last + 1 - first for first, last, *_ in life.events(UNREADABLE))
    told += sum(int(text.split(", ")[1].split()[0]) for _, _, text in life.events(FAULT))
    assert told >= len(lost)
    assert len(_newest(life)) >= 4  # it goes on


def _newest(life: Life) -> dict[int, int]:
    """What has arrived of the journal that the meter has now."""
    return life.arrived(list(life.head_end.book.rows)[-1][0])


def _framed(seq: int, body: bytes) -> bytes:
    return bytes([len(body)]) + seq.to_bytes(4, "little") + body


@pytest.mark.parametrize(
    "content", [pytest.param(c, marks=pytest.mark.prove) for c in ("blank", "noise")] + ["link"]
)
def test_a_damaged_block_among_many_stops_neither_storing_nor_delivery(life, content):
    """In it are the readings 316 to 393, and before them a link to the blocks in front."""
    life.wakes(4)
    life.run(ADD)
    life.wakes(1)
    journal, wanted = life.found().journal, stored_readings(life.told)
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
    assert [event[1] for event in life.events(FAULT)] == [1]
    assert len(life.arrived(life.found().journal)) >= 7  # it goes on
