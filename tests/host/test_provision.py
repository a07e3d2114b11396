"""Promise: `rill provision` makes a meter of a list's next line, its key is in the keys file and
nowhere shown, and what is a meter already is not overwritten.
"""

import json
from xml.etree import ElementTree

import pytest

from flashed_tree import flashed_tree
from pressing import button_pressed
from rill.cable.files import get
from rill.cable.provisioned import SettingsError, checked, made_key, row_of, write_label
from rill.cable.served import ServedBoard
from rill.signing import read_keys

_LIST = (
    "device,broker_host,slot_s,apn,installer_code\n"
    "m-0001,mqtt.example.org,900,,4711\nm-0002,mqtt.example.org,,iot,4712\n"
)


def test_a_new_meter_and_once_more(tmp_path, rill):
    tree = flashed_tree(tmp_path)
    many, keys = tmp_path / "many.csv", tmp_path / "keys"
    many.write_text(_LIST)
    with ServedBoard(tmp_path / "board", tree) as board:
        words = ["provision", board.path, "--list", str(many), "--keys", str(keys)]
        words += ["--labels", str(tmp_path), "--json"]
        with button_pressed(board):
            status, out, said = rill(*words, "--set", "wifi_ssid=bench", "--board", "purifier")
            assert status == 0, said
            numbers = json.loads(out)
            again, _, why = rill(*words)
        assert again == 2 and "is m-0001 already, and would become m-0002" in why
    key = read_keys(keys)["m-0001"].hex()
    assert len(read_keys(keys)) == 1 and keys.stat().st_mode & 0o77 == 0
    assert not any(secret in out + said + why for secret in (key, "4711"))
    get(board.vfs, tmp_path / "f")
    assert json.loads((tmp_path / "f/config.json").read_text()) == {
        "device": "m-0001", "broker_host": "mqtt.example.org", "slot_s": 900, "wifi_ssid": "bench",
    }  # fmt: skip
    assert (tmp_path / "f/command.key").read_text() == key
    assert "purifier" in (tmp_path / "f/board.py").read_text()
    assert "installer1" in (tmp_path / "board/retained.nvs").read_text()
    assert numbers["chip"] in (tmp_path / "m-0001.txt").read_text()


def test_a_key_is_made_once_for_a_chip(tmp_path):
    keys = tmp_path / "keys"
    keys.write_text("# of the head end\nold " + "00" * 32 + "\n")
    first = made_key(keys, "m-1", "c1", False)
    assert made_key(keys, "m-1", "c1", False) == first
    with pytest.raises(SettingsError, match="not made for this chip, c2"):
        made_key(keys, "m-1", "c2", False)
    second = made_key(keys, "m-1", "c2", True)
    assert second != first and read_keys(keys)["m-1"].hex() == second
    assert set(read_keys(keys)) == {"old", "m-1"} and first not in keys.read_text()


@pytest.mark.parametrize(
    "texts, reason",
    [
        ({"device": "m 1"}, "needs a name"),
        ({}, "needs a name"),
        ({"device": "m", "slot_s": "5"}, "slot_s is '5', but must be 60 to 3600"),
        ({"device": "m", "slot_s": "x"}, "slot_s is 'x'"),
        ({"device": "m", "sloth": "5"}, "sloth is no setting"),
    ],
)
def test_wrong_settings(texts, reason):
    with pytest.raises(SettingsError, match=reason):
        checked(texts)


def test_lists(tmp_path):
    many = tmp_path / "many.csv"
    many.write_text(_LIST)
    assert row_of(many, None, {"m-0001"})["apn"] == "iot"
    assert row_of(many, "m-0001", {"m-0001"})["slot_s"] == "900"
    for device, taken in (("m-3", set()), (None, {"m-0001", "m-0002"})):
        with pytest.raises(SettingsError, match="has no"):
            row_of(many, device, taken)
    many.write_text("device,apn\nm-0001\n")
    with pytest.raises(SettingsError, match="line 2 .* not a value for each column"):
        row_of(many, None, set())


def test_a_label(tmp_path):
    path = write_label(tmp_path, "m" * 32, "240ac4000001")
    assert ElementTree.parse(path).getroot().get("width") == "60mm"
    assert "m" * 32 in path.read_text() and "<path" in path.read_text()
