"""Promise: a cut of the simulated flash leaves what a chip may leave, and the same each time."""

import json
from array import array
from pathlib import Path

import pytest

from rill import operations as op
from rill.board_process import Board
from rill.image import build, build_board
from rill.world import World

_BLOCK_BYTES = 4096
_SEEDS = range(12)
_HEAD = "from border import border\nflash = border.flash\n"
_SLEEP = "\nfrom firmware.hal.power import Power\nPower(0, '').deep_sleep_ms(1000)\n"


class _Chip:
    """A board on which scripts do nothing but use the flash."""

    def __init__(self, folder: Path):
        self.world = World(array("q"))
        self.board = Board(folder, build(), build_board(), self.world)
        self._script = folder / "script.py"
        self._journal = folder / "journal"

    def run(self, text: str, cut: str = "-") -> str:
        """How the wake ended; cut: OPERATION:MODE:SEED."""
        self._script.write_text(_HEAD + text + _SLEEP)
        return self.board.wake("power_on", scripts=(str(self._script),), cut=cut).kind

    def content(self, block: int, size: int = _BLOCK_BYTES) -> bytes:
        with open(self._journal, "rb") as f:
            f.seek(block * _BLOCK_BYTES)
            return f.read(size)

    def fill(self, block: int, content: bytes) -> None:
        with open(self._journal, "r+b") as f:
            f.seek(block * _BLOCK_BYTES)
            f.write(content)


@pytest.fixture
def chip(tmp_path):
    return _Chip(tmp_path)


def _program(block: int, data: bytes, offset: int = 0) -> str:
    return f"flash.writeblocks({block}, {data!r}, {offset})\n"


def _erase(block: int) -> str:
    return f"flash.ioctl(6, {block})\n"


def test_wear_is_counted_by_block_and_over_wakes(chip):
    """Nothing that the firmware does to the flash is left out of the years that are promised."""
    chip.run(_program(1, bytes(64)) + _erase(1) + _erase(2))
    assert chip.world.wear.operations == 3
    chip.run(_program(1, bytes(36)) + _erase(2) * 2)
    wear = chip.world.wear
    assert (wear.operations, wear.programmed_bytes, wear.erased) == (3, 100, {1: 1, 2: 3})


def test_wear_of_a_wake_that_a_reset_ends_counts_too(chip):
    assert chip.run(_erase(1) + _erase(2) + _erase(3), cut="3:after:1") == "reset"
    assert chip.world.wear.erased == {1: 1, 2: 1, 3: 1}


def test_a_torn_program_has_a_beginning_random_bits_and_nothing_behind_them(chip):
    """No bit is set that was not, none cleared that stays in the end; seeds tear elsewhere."""
    old, new = b"\xf7" * 64, b"\x5a" * 64
    whole = bytes(a & b for a, b in zip(old, new, strict=True))
    tears, mixed = set(), 0
    for seed in _SEEDS:
        chip.fill(2, old)
        assert chip.run(_program(2, new) + _program(3, b"\0"), cut=f"1:torn:{seed}") == "reset"
        left = chip.content(2, 64)
        assert all(b & ~a == 0 and c & ~b == 0 for a, b, c in zip(old, left, whole, strict=True))
        tear = next(n for n in range(65) if left[n:] == old[n:])
        assert sum(byte not in (old[0], whole[0]) for byte in left) <= 4
        assert left[: max(0, tear - 4)] == whole[: max(0, tear - 4)]
        mixed += any(byte not in (old[0], whole[0]) for byte in left)
        tears.add(tear)
        assert chip.content(3, 1) == b"\xff"
    assert len(tears) > 4 and mixed > 4


def test_the_same_seed_tears_in_the_same_way(chip):
    left = []
    for _ in range(2):
        chip.fill(2, b"\xff" * 64)
        chip.run(_program(2, bytes(range(64))), cut="1:torn:77")
        left.append(chip.content(2, 64))
    assert left[0] == left[1]


def _stored(board: Board) -> list[int]:
    lines = board.run(build_board() / "dump.py").splitlines()
    found = [json.loads(line) for line in lines if line.startswith("[")]
    return [line[1] for line in found if line[0] == "readings"]


def test_a_meter_on_a_flash_with_failed_blocks_stores_its_readings(tmp_path):
    """littlefs reads back what it wrote, and goes elsewhere."""
    world = World(array("q"))
    board = Board(tmp_path, build(), build_board(), world)
    board.bad_blocks = list(range(2, 384, 3))
    (board.flash / "config.json").write_text('{"broker_host": "127.0.0.1"}')
    cause = "power_on"
    for _ in range(6):
        ending = board.wake(cause)
        assert ending.kind == "sleep"
        world.sleep_until(world.wakes_us(ending.sleep_ms))
        cause = "timer"
    # The first sleep of a new counter is a minute, and no slot.
    assert _stored(board) == [1, 2, 3, 4, 5]


_SURVIVORS = f"""
from firmware.hal.nvs import Nvs
from firmware.hal.power import Power
read = bytearray(4)
flash.readblocks(9, read, 0)
word = hex(border.call({op.PEEK}, 0x50000000) & 0xFFFFFFFF)
print(Power(0, "").retained_read()[:4] == b"kept", border.call({op.RTC_GET}) // 100, word)
print(Nvs().read("k"), bytes(read))
"""
_WRITTEN = f"""
from firmware.hal.nvs import Nvs
from firmware.hal.power import Power
Power(0, "").retained_write(b"kept")
border.call({op.RTC_SET}, 900000000)
border.call({op.POKE}, 0x50000000, b"\\x12\\x34\\x56\\x78")
Nvs().write("k", b"kept")
flash.writeblocks(9, b"kept", 0)
"""


def _survivors(folder: Path) -> list[str]:
    world = World(array("q"))
    board = Board(folder, build(), build_board(), world)
    script = folder / "script.py"
    script.write_text(_HEAD + _WRITTEN + _SLEEP)
    assert board.wake("power_on", scripts=(str(script),)).kind == "sleep"
    script.write_text(_HEAD + _SURVIVORS + _SLEEP)
    board.wake("reset", scripts=(str(script),))
    return board.console_end(2).split()


def test_a_reset_leaves_all_memory_that_is_not_the_cpu_s(tmp_path):
    kept = ["True", "9000000", "0x78563412", "b'kept'", "b'kept'"]
    assert _survivors(tmp_path) == kept


def test_a_copied_world_goes_its_own_way():
    """Runs that begin at one moment know nothing of each other."""
    world = World(array("q", range(0, 60_000_000, 1_000_000)))
    world.begin_wake(0, 400_000)
    before = world.copied()
    twin = world.copied()
    twin.lose_power(3)
    twin.now_us += 5_000_000
    twin.wear.erased[1] = 7
    twin.noted.append((1, b""))
    assert bytes(world.coprocessor.ulp.memory) == bytes(before.coprocessor.ulp.memory)
    assert (world.now_us, world.wear, world.noted) == (before.now_us, before.wear, [])
    assert bytes(twin.coprocessor.ulp.memory) != bytes(world.coprocessor.ulp.memory)
