"""Promise: `rill backup` has what a meter is and no key, and `rill restore` puts it back."""

import json

from flashed_tree import flashed_tree
from rill.cable.backup_command import backup
from rill.cable.backup_file import packed
from rill.cable.files import get
from rill.cable.port import Port
from rill.cable.reaching import enter
from rill.cable.restore_command import restore
from rill.cable.served import ServedBoard
from rill.cable.writing import MARK
from spelled import spellings

_KEY, _PASSWORD, _TOKEN = "5e" * 32, "hunter2-wifi", "token-of-thingsboard"
_CONFIG = {"device": "m-0001", "slot_s": 900, "wifi_ssid": "home"}


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
            port.put("config.json", b"damaged")
            numbers = restore(port, found, "digest", True, file)
        assert board.wait_asleep(), "the meter does not go on"
    get(board.vfs, tmp_path / "flash")
    assert json.loads((tmp_path / "flash/config.json").read_text()) == _CONFIG
    assert (tmp_path / "flash/command.key").read_text() == _KEY
    assert not (tmp_path / "flash" / MARK).exists()
    assert numbers["missing"] == ["broker_user", "wifi_password"] and not numbers["is_continued"]
    assert found.open.settings == _CONFIG and found.secret is None
    assert found.left_out == ["command.key", "broker_user", "wifi_password"]
    content = packed(found, None)
    for secret in (_KEY.encode(), bytes.fromhex(_KEY), _PASSWORD.encode(), _TOKEN.encode()):
        assert not [one for one in spellings(secret) if one in content]


def _awake(board, port):
    board.press_button()
    enter(port, lambda text: board.press_button())
