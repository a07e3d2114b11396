"""Promise: whatever ends `rill provision`, the meter boots, and the same command completes it with
the key that was made before.
"""

import json
from random import Random

import pytest

from flashed_tree import flashed_tree
from replaced import rill_at
from rill.cable.files import get
from rill.cable.served import ServedBoard
from rill.signing import read_keys

pytestmark = pytest.mark.prove


def test_cut_at_seeded_acts_of_the_flash(tmp_path, rill):
    chance, cuts, keys = Random(5), 0, tmp_path / "keys"
    many = tmp_path / "many.csv"
    many.write_text("device,slot_s,installer_code\nm-0001,900,4711\nm-0002,900,4712\n")
    words = ["--list", str(many), "--board", "generic_esp32"]
    words += ["--keys", str(keys), "--labels", str(tmp_path)]
    with ServedBoard(tmp_path / "board", flashed_tree(tmp_path)) as board:
        assert board.wait_asleep()
        for most in (4, 6, 8, 12, 16, 1 << 30):
            board.cut(chance.randint(2, most), chance.choice(("before", "torn", "after")))
            status, said = rill_at(board, rill, "provision", board.path, *words)
            board.cut(1 << 30)  # not any more
            assert board.wait_asleep(), "it does not boot"
            if status == 0:
                break
            cuts += 1
            assert status == 2 and "run `rill provision` again: it goes on" in said
            known = keys.read_text()
        nvs = json.loads((board.folder / "retained.nvs").read_text())
    assert cuts >= 2 and status == 0 and keys.read_text() == known
    assert any(name.endswith("installer1") for name in nvs)
    get(board.vfs, tmp_path / "f")
    assert json.loads((tmp_path / "f/config.json").read_text())["device"] == "m-0001"
    assert (tmp_path / "f/command.key").read_text() == read_keys(keys)["m-0001"].hex()
