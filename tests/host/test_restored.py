"""Promise: a board that goes on as another meter never counts backwards, has no stranger's keys,
and a live meter is not overwritten by mistake.
"""

import struct
import zlib

import pytest

from rill.cable import restored
from rill.cable.backup_file import Backup, BackupError, Part
from rill.cable.found import Refused
from rill.cable.restore_command import _summary
from rill.fields import acts

_METER = {"name": "m-1", "chip": "c1", "journal": "ab" * 8, "odometer_ml": 5000,
          "offset_ml": 300, "command_counter": 7}  # fmt: skip
_NEW = {"name": "rill-c2", "device": "", "chip": "c2", "journal": "cd" * 8, "odometer_ml": 0,
        "offset_ml": 0, "is_configured": False, "ledger": ""}  # fmt: skip
_LIVE = {"is_configured": True, "name": "m-1", "device": "m-1"}
_LEDGER = struct.Struct(f"<BIIIQ{len(acts())}I{3 * len(acts())}s")


def _backup(settings=None, blobs=None, secret=None, **more):
    part = Part(settings or {"device": "m-1", "slot_s": 900}, {}, blobs or {})
    return Backup("0.1.0", 1, _METER, part, {}, more.pop("left_out", []), secret, **more)


def _sealed(content):
    return content + struct.pack("<I", zlib.crc32(content))


@pytest.mark.parametrize(
    "board, reason",
    [
        ({}, None),
        ({"odometer_ml": 5000}, None),
        ({"odometer_ml": 5001}, "5001 mL and never goes back, not to the 5000 mL of m-1"),
        (_LIVE, "this meter is m-1 already. --force"),
        ({**_LIVE, "journal": "ab" * 8}, "what it has counted and learned stays"),
        ({**_LIVE, "name": "m-2", "device": "m-2"}, "is m-2, and would become m-1"),
        ({"is_configured": True}, "is rill-c2, and would become m-1"),
        ({"device": "m-2", "name": "m-2"}, "is m-2, and would become m-1"),
    ],
)
def test_what_needs_force(board, reason):
    if reason is None:
        restored.check(_backup(), _NEW | board)
        return
    with pytest.raises(Refused, match=reason):
        restored.check(_backup(), _NEW | board)


def test_one_that_was_cut_behind_its_last_act():
    with pytest.raises(Refused, match="is m-1 already, as the file says: .* is complete"):
        restored.check(_backup(), _NEW | _LIVE, is_set=True)


@pytest.mark.parametrize(
    "board, register",
    [
        ({}, (5000, 300)),
        ({"odometer_ml": 4999}, (5000, 300)),
        ({"odometer_ml": 9000, "offset_ml": 1}, (9000, -3700)),
        ({"journal": "ab" * 8, "odometer_ml": 4000}, None),
    ],
)
def test_the_odometer_never_goes_back_and_the_body_shows_what_it_did(board, register):
    found = restored.register(_backup(), _NEW | board)
    assert found == register
    if found:
        assert found.odometer_ml >= (_NEW | board)["odometer_ml"]
        assert sum(found) == _METER["odometer_ml"] + _METER["offset_ml"]


def test_two_boards_without_a_journal_are_not_the_same():
    backup = _backup()
    backup.meter = {**_METER, "journal": "0" * 16}
    assert not restored.is_same(backup, _NEW | {"journal": "0" * 16})


def test_what_is_in_non_volatile_storage():
    count = len(acts())
    old = _LEDGER.pack(3, 10, 20, 1000, 2000, *range(count), b"\x01" * 3 * count)
    own = _LEDGER.pack(5, 11, 21, 1, 2, *[9] * count, b"\x02" * 3 * count)
    filter_log = struct.pack("<Q", 700) + bytes(30)
    blobs = {"ledger1": _sealed(old).hex(), "purifier1": _sealed(filter_log).hex(),
             "probes1": "aa", "learned1": "bb", "cell1": "cc"}  # fmt: skip
    backup = _backup(blobs=blobs, secret=Part(blobs={"installer1": "dd"}))
    board = _NEW | {"ledger": _sealed(own).hex(), "odometer_ml": 5100}
    found = restored.blobs(backup, board, restored.register(backup, board))
    sums = (1000, 2000, *range(count))
    assert found["ledger1"] == _sealed(_LEDGER.pack(5, 11, 21, *sums, b"\x02" * 3 * count))
    assert found["purifier1"] == _sealed(struct.pack("<Q", 800) + bytes(30))
    assert (found["probes1"], found["installer1"]) == (b"\xaa", b"\xdd")
    fresh = restored.blobs(backup, _NEW, restored.register(backup, _NEW))
    assert fresh["ledger1"] == _sealed(_LEDGER.pack(0, 0, 0, *sums, bytes(3 * count)))
    assert fresh["purifier1"] == _sealed(filter_log)
    assert set(restored.blobs(backup, board, None)) == {"probes1", "installer1"}


def test_settings():
    there = {"device": "m-1", "wifi_password": "kept", "slot_s": 60, "apn": "x"}
    own = {"device": "m-1", "slot_s": 900}
    assert restored.settings(_backup(), {}) == own
    assert restored.settings(_backup(), there) == {**own, "wifi_password": "kept"}
    assert restored.settings(_backup(), {**there, "device": "m-2"}) == own
    secret = Part({"wifi_password": "sealed"})
    assert restored.settings(_backup(secret=secret), there)["wifi_password"] == "sealed"
    nameless = _backup({"slot_s": 900})
    assert restored.settings(nameless, {})["device"] == "m-1"
    for wrong, reason in (
        ({"sloth": 1}, "sloth, which this version does not know: a newer rill"),
        ({"slot_s": 5}, "slot_s to 5"), ({"slot_s": "900"}, "slot_s to '900'"),
        ({"slot_s": True}, "slot_s to True"), ({"apn": 7}, "apn to 7"),
    ):  # fmt: skip
        with pytest.raises(BackupError, match=reason):
            restored.settings(_backup(wrong), {})


def test_what_is_no_setting_is_a_secret():
    said = {"settings": {"slot_s": 1, "wifi_password": "w", "api_token": "t", "broker_user": "u"},
            "blobs": {"probes1": "aa", "installer1": "bb"}}  # fmt: skip
    files = {"board.py": b"b", "command.key": b"k", "client.der": b"d", "client.key": b"c"}
    seen, none = restored.parts(said, files, False)
    assert none is None and seen == Part({"slot_s": 1}, {"board.py": b"b"}, {"probes1": "aa"})
    _, secret = restored.parts(said, files, True)
    assert set(secret.settings) == {"wifi_password", "api_token", "broker_user"}
    assert set(secret.files) == {"command.key", "client.der", "client.key"}
    assert secret.blobs == {"installer1": "bb"}


def test_strangers_and_what_is_missing():
    other = _NEW | _LIVE | {"name": "m-2", "device": "m-2"}
    assert "command.key" in restored.strangers(_backup(), other)
    assert restored.strangers(_backup(), _NEW) == restored.strangers(_backup(), _NEW | _LIVE) == ()
    left = ["command.key", "wifi_password", "broker_password", "installer code"]
    backup, now = _backup(left_out=left), {"wifi_password": "w", "broker_password": ""}
    assert restored.missing(backup, now, {"board.py"}, "none") == [
        "command.key", "broker_password", "installer code",
    ]  # fmt: skip
    for code in ("of the board", "of the file"):
        assert restored.missing(backup, now, {"command.key"}, code) == ["broker_password"]


@pytest.mark.parametrize(
    "secret, has_code, in_force",
    [
        (None, True, "of the board"),
        (None, False, "none"),
        (Part(), True, "of the board"),
        (Part(blobs={"installer1": "00" * 40}), True, "of the file"),
        (Part(blobs={"installer1": "00"}), True, "none"),
    ],
)
def test_which_installer_code_is_in_force(secret, has_code, in_force):
    assert restored.code_in_force(_backup(secret=secret), has_code) == in_force


def test_two_boards_with_one_name_are_warned_of():
    said = {"device": "m-1", "chip": "c2", "chip_before": "c1", "settings": 2, "has_keys": False,
            "odometer_ml": 1, "body_ml": 2, "missing": ["command.key"],
            "installer_code": "of the board"}  # fmt: skip
    assert "Chip c1 must not go on" in _summary(said) and "mpremote cp" in _summary(said)
    assert "must not go on" not in _summary(said | {"chip": "c1"})
