"""Promise: the simulated flash is no kinder than a NOR flash."""

from array import array

import pytest

from rill.board_process import Board
from rill.image import build, build_board
from rill.world import World

_BLOCK_BYTES = 4096


@pytest.fixture
def board(tmp_path):
    return Board(tmp_path, build(), build_board(), World(array("q")))


def _flash(board) -> bytes:
    return (board.flash.parent / "journal").read_bytes()


def _run(board, script, text, cut="-"):
    sleep = "from firmware.hal.power import Power\nPower(0, '').deep_sleep_ms(1000)"
    (path,) = script(f"from border import border\nflash = border.flash\n{text}\n{sleep}")
    return board.wake("timer", scripts=(path,), cut=cut).kind


def test_programming_only_clears_bits_and_an_erase_sets_them(board, script):
    text = "flash.writeblocks(3, b'\\xf0' * 8, 4)\nflash.writeblocks(3, b'\\x3c' * 8, 8)"
    assert _run(board, script, text) == "sleep"
    block = _flash(board)[3 * _BLOCK_BYTES : 4 * _BLOCK_BYTES]
    assert block[:20] == b"\xff" * 4 + b"\xf0" * 4 + b"\x30" * 4 + b"\x3c" * 4 + b"\xff" * 4
    assert _run(board, script, "flash.ioctl(6, 3)") == "sleep"
    assert _flash(board)[3 * _BLOCK_BYTES : 4 * _BLOCK_BYTES] == b"\xff" * _BLOCK_BYTES


def test_wear_is_counted_by_block(board, script):
    text = "for n in (3, 3, 5): flash.ioctl(6, n)\nflash.writeblocks(5, bytes(100), 0)"
    _run(board, script, text)
    wear = board._world.wear
    assert (wear.operations, wear.programmed_bytes, wear.erased) == (4, 100, {3: 2, 5: 1})
    assert wear.numbers(2.0) == {
        "flash_programmed_per_day": 50,
        "flash_erased_per_day": 1.5,
        "flash_most_erased": 2,
        "flash_years": 274,
    }


def test_a_failed_block_keeps_its_content_and_says_nothing(board, script):
    board.bad_blocks = [4]
    assert _run(board, script, "flash.writeblocks(4, bytes(8), 0)\nflash.ioctl(6, 4)") == "sleep"
    assert _flash(board)[4 * _BLOCK_BYTES :][:8] == b"\xff" * 8


@pytest.mark.parametrize(
    ("mode", "first", "second"), [("before", True, False), ("after", True, True)]
)
def test_a_cut_before_or_after_an_operation(board, script, mode, first, second):
    text = "flash.writeblocks(1, bytes(64), 0)\nflash.writeblocks(2, bytes(64), 0)"
    assert _run(board, script, text, cut=f"2:{mode}:1") == "reset"
    content = _flash(board)
    assert (content[_BLOCK_BYTES] == 0) is first and (content[2 * _BLOCK_BYTES] == 0) is second


def test_a_torn_program_is_done_in_part_and_never_sets_a_bit(board, script):
    done = set()
    for seed in range(12):
        _run(board, script, "flash.ioctl(6, 1)")
        _run(board, script, "flash.writeblocks(1, b'\\x0f' * 256, 0)", cut=f"1:torn:{seed}")
        page = _flash(board)[_BLOCK_BYTES : _BLOCK_BYTES + 256]
        assert all(byte & 0x0F == 0x0F for byte in page)
        done.add(page.count(0x0F))
    assert len(done) > 6


def test_a_torn_erase_leaves_pages_old_erased_or_between(board, script):
    _run(board, script, "flash.writeblocks(1, bytes(4096), 0)")
    assert _run(board, script, "flash.ioctl(6, 1)", cut="1:torn:5") == "reset"
    block = _flash(board)[_BLOCK_BYTES : 2 * _BLOCK_BYTES]
    pages = [block[n : n + 256] for n in range(0, _BLOCK_BYTES, 256)]
    kinds = {"old" if not any(p) else "erased" if p == b"\xff" * 256 else "between" for p in pages}
    assert kinds == {"old", "erased", "between"}


def test_a_loss_of_power_leaves_flash_and_non_volatile_storage_only(board, script):
    text = (
        "from firmware.hal.nvs import Nvs\nNvs().write('k', b'kept')\n"
        "from firmware.hal.clock import Clock\nClock().set_epoch_s(1790000000)\n"
        "border.retained_write(b'gone')\nflash.writeblocks(1, bytes(8), 0)"
    )
    _run(board, script, text)
    board.lose_power(1)
    (path,) = script(
        "from border import border\nfrom firmware.hal.nvs import Nvs\n"
        "from firmware.hal.slow_clock import ticks\n"
        "print(Nvs().read('k'), border.retained_read()[:4] == b'gone', ticks() < 1000000)"
    )
    board.wake("power_on", scripts=(path,))
    assert board.console_end(1) == "b'kept' False True"
    assert _flash(board)[_BLOCK_BYTES] == 0


def test_littlefs_goes_elsewhere_when_blocks_fail(board):
    """The meter records on, and what it had stored is there."""
    board.flash.joinpath("config.json").write_text('{"device": "m"}')
    board.wake("power_on")
    for wake in range(60):
        board.bad_blocks = [n for n in range(10, 10 + wake // 2)]
        board._world.sleep_until(board._world.now_us + 3_600_000_000)
        assert board.wake("timer").kind == "sleep"
    lines = board.run(build_board() / "dump.py").splitlines()
    seqs = [line for line in lines if line.startswith('["readings"')]
    assert len(seqs) >= 55
