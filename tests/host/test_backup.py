"""Promise: `rill backup` has what a meter is and no key, and `rill restore` puts it back."""

import json
from dataclasses import replace

import pytest

from flashed_tree import flashed_tree
from rill.cable.ask_command import answers
from rill.cable.backup_command import backup
from rill.cable.backup_file import packed
from rill.cable.files import get
from rill.cable.found import Refused
from rill.cable.port import Port
from rill.cable.reaching import enter
from rill.cable.restore_command import restore
from rill.cable.served import ServedBoard
from rill.cable.writing import MARK
from spelled import spellings

_KEY, _PASSWORD, _TOKEN = "5e" * 32, "hunter2-wifi", "token-of-thingsboard"
_CONFIG = {"device": "m-0001", "slot_s": 900, "wifi_ssid": "home"}
_CODE, _UNFIT = "471199", {**_CONFIG, "pulse_pin": 5}


def test_onto_the_meter_that_it_is_of(tmp_path):
    tree = flashed_tree(tmp_path, **_CONFIG, wifi_password=_PASSWORD, broker_user=_TOKEN)
    (tree / "command.key").write_text(_KEY)
    file = tmp_path / "file"
    with ServedBoard(tmp_path / "board", tree) as board:
        assert board.wait_asleep()
        with Port(board.path) as port:
            _awake(board, port)
            found, _ = backup(port, False)
            assert board.wait_asleep(), "the meter does not go on"
            _awake(board, port)
            port.enter(soft_reset=True)
            assert answers(port, f"set_code({_CODE!r}, 'A. Miller')", 30) == [{"done": True}]
            unfit = replace(found, open=replace(found.open, settings=_UNFIT))
            broken = replace(found, open=replace(found.open, files={"board.py": b"board = x"}))
            for wrong, code, why in (
                (unfit, _CODE, "would not take that for m-0001: pulse_pin"),
                (broken, _CODE, "board.py of the file does not work here"),
                (found, "another", "not the installer code"),
            ):
                with pytest.raises(Refused, match=why):
                    restore(port, wrong, "digest", True, file, lambda code=code: code)
                _awake(board, port)
            assert MARK not in port.value("__import__('os').listdir()")
            port.put("config.json", b"damaged")
            found.open.files["board.py"] += b"# as it was\n"
            numbers = restore(port, found, "digest", True, file, lambda: _CODE)
            assert numbers["installer_code"] == "of the board"
        assert board.wait_asleep(), "the meter does not go on"
    get(board.vfs, tmp_path / "flash")
    assert json.loads((tmp_path / "flash/config.json").read_text()) == _CONFIG
    assert (tmp_path / "flash/command.key").read_text() == _KEY
    assert not (tmp_path / "flash" / MARK).exists()
    assert (tmp_path / "flash/board.py").read_bytes().endswith(b"# as it was\n")
    assert numbers["missing"] == ["broker_user", "wifi_password"] and not numbers["is_continued"]
    assert found.open.settings == _CONFIG and found.secret is None
    assert found.left_out == ["command.key", "broker_user", "wifi_password"]
    content = packed(found, None)
    for secret in (_KEY.encode(), bytes.fromhex(_KEY), _PASSWORD.encode(), _TOKEN.encode()):
        assert not [one for one in spellings(secret) if one in content]


def _awake(board, port):
    board.press_button()
    enter(port, lambda text: board.press_button())
