"""Promise: `rill provision` makes a meter of a list's next line, its key is in the keys file and
nowhere shown, and what is a meter already is not overwritten.
"""

import json
from xml.etree import ElementTree

import pytest

from flashed_tree import flashed_tree
from pressing import button_pressed
from rill.cable.files import get
from rill.cable.provisioned import (
    SettingsError,
    checked,
    key_for,
    listed,
    made_key,
    next_device,
    write_label,
)
from rill.cable.served import ServedBoard
from rill.signing import read_keys

_LIST = (
    "device,broker_host,slot_s,apn,installer_code\n"
    "m-0001,mqtt.example.org,900,,4711\nm-0002,mqtt.example.org,,iot,4712\n"
)


def _words(board, folder, *more):
    (folder / "many.csv").write_text(_LIST)
    words = ["provision", board.path, "--list", folder / "many.csv", "--keys", folder / "keys"]
    return [*words, "--labels", folder, "--json", *more]


def test_a_new_meter_and_once_more(tmp_path, rill):
    tree, keys = flashed_tree(tmp_path), tmp_path / "keys"
    with ServedBoard(tmp_path / "board", tree) as board:
        words = _words(board, tmp_path, "--set", "wifi_ssid=bench")
        with button_pressed(board):
            refused, _, reason = rill(*words, "--set", "pulse_pin=5")
            assert refused == 2 and "pulse_pin is 5" in reason
            words += ["--board", "purifier"]
            assert not keys.exists() and not list(tmp_path.glob("m-*"))
            status, out, said = rill(*words)
            assert status == 0, said
            numbers = json.loads(out)
            again, _, why = rill(*words, "--set", "slot_s=3600")
        assert again == 2 and "is m-0001 already" in why and "--force" in why
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


@pytest.mark.prove
@pytest.mark.parametrize("where", ["before", "torn", "after"])
def test_whatever_ends_it_the_next_run_goes_on_with_this_chips_name(tmp_path, rill, where):
    tree, keys = flashed_tree(tmp_path), tmp_path / "keys"
    with ServedBoard(tmp_path / "board", tree) as board, button_pressed(board):
        key, interrupted = None, 0
        for acts in range(1, 30):
            board.cut(acts, where)
            status, _, said = rill(*_words(board, tmp_path))
            assert list(read_keys(keys)) == ["m-0001"]
            assert key in (None, read_keys(keys)["m-0001"])
            key = read_keys(keys)["m-0001"]
            if status == 0:
                break
            interrupted += 1
            assert status == 2 and "run `rill provision` again" in said, said
        assert interrupted >= 3
        # Its answer had not come: nothing is written, or the board would be reset once more.
        board.cut(1)
        status, out, _ = rill(*_words(board, tmp_path))
        assert status == 0 and json.loads(out)["was_done"]
    get(board.vfs, tmp_path / "f")
    assert (tmp_path / "f/command.key").read_text() == key.hex()
    assert json.loads((tmp_path / "f/config.json").read_text())["device"] == "m-0001"
    assert (tmp_path / "m-0001.txt").exists()


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


def test_what_else_stands_in_the_keys_file_stays(tmp_path):
    keys = tmp_path / "keys"
    keys.write_text("# fleet of the north, do not share\n")
    made_key(keys, "m-1", "aaaa", False)
    keys.write_text(keys.read_text() + "m-2 " + "00" * 32 + "\n")  # of no chip that is known
    made_key(keys, "m-1", "bbbb", True)
    assert keys.read_text().startswith("# fleet of the north, do not share\nm-2 ")
    assert "aaaa" not in keys.read_text() and key_for(keys, "m-2", "aaaa") is None
    with pytest.raises(SettingsError, match="m-2 has a key .* not made for this chip, aaaa"):
        made_key(keys, "m-2", "aaaa", False)


@pytest.mark.parametrize(
    "texts, reason",
    [
        ({"device": "m 1"}, "needs a name"),
        ({}, "needs a name"),
        ({"device": "m", "slot_s": "5"}, "slot_s is '5', but must be 60 to 3600"),
        ({"device": "m", "slot_s": "x"}, "slot_s is 'x'"),
        ({"device": "m", "sloth": "5"}, "sloth is no setting"),
        ({"device": "m", "installer_code": "12"}, "installer_code has 2 characters, .* 4 or more"),
        ({"device": "m", "installer_code": " 4711"}, "' 4711', but no spaces at its ends"),
        ({"device": "m", "installer_code": "47\t11"}, "no control characters"),
    ],
)
def test_wrong_settings(texts, reason):
    with pytest.raises(SettingsError, match=reason):
        checked(texts)


def test_lists(tmp_path):
    many, keys = tmp_path / "many.csv", tmp_path / "keys"
    many.write_text(_LIST)
    lines = listed(many)
    assert list(lines) == ["m-0001", "m-0002"] and lines["m-0002"]["apn"] == "iot"
    assert next_device(lines, keys, "c1") == "m-0001"
    key = made_key(keys, "m-0001", "c1", False)
    assert next_device(lines, keys, "c1") == "m-0001"  # it was interrupted
    assert next_device(lines, keys, "c2") == "m-0002"
    assert key_for(keys, "m-0001", "c1") == key and key_for(keys, "m-0001", "c2") is None
    made_key(keys, "m-0002", "c2", False)
    with pytest.raises(SettingsError, match="none is left"):
        next_device(lines, keys, "c3")


def test_lists_of_a_spreadsheet(tmp_path):
    many = tmp_path / "many.csv"
    many.write_bytes(b"\xef\xbb\xbf" + _LIST.replace(",", ";").replace("\n", "\r\n").encode())
    many.write_bytes(many.read_bytes() + b";;;;\r\n")
    assert listed(many)["m-0001"] == {
        "device": "m-0001", "broker_host": "mqtt.example.org", "slot_s": "900", "apn": "",
        "installer_code": "4711",
    }  # fmt: skip
    assert len(listed(many)) == 2


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"device,apn\nm-0001\n", "line 2 .* not a value for each of the columns device,apn"),
        (b"device,apn\nm-0001,a,b\n", "line 2"),
        (b"device,apn\nm-1,a\nm-1,b\n", "line 3 .* or one again"),
        (b"m-0001,a\n", "first line .* 'm-0001,a', but must name the columns"),
        (b"", "first line"),
        (b"device,apn\nm-1,\xfc\n", "can't be read as CSV in UTF-8"),
    ],
)
def test_lists_that_are_refused(tmp_path, content, reason):
    many = tmp_path / "many.csv"
    many.write_bytes(content)
    with pytest.raises(SettingsError, match=reason):
        listed(many)


def test_a_label(tmp_path):
    path = write_label(tmp_path, "m" * 32, "240ac4000001")
    assert ElementTree.parse(path).getroot().get("width") == "60mm"
    assert "m" * 32 in path.read_text() and "<path" in path.read_text()
