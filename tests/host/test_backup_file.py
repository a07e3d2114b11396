"""Promise: a backup's file is read whole or refused with the reason; keys are in it only sealed,
and open only to the passphrase that they were sealed with.
"""

import hashlib
import json
from random import Random

import pytest

from rill.cable.backup_file import (
    FORMAT,
    Backup,
    BackupError,
    Part,
    digest,
    has_keys,
    packed,
    read,
    unpacked,
    write,
)
from rill.cable.passphrase import PassphraseError, known_passphrase, new_passphrase
from spelled import spellings

_METER = {"name": "m-1", "chip": "c1", "journal": "ab" * 8, "odometer_ml": 5,
          "offset_ml": -2, "command_counter": 7}  # fmt: skip
_OPEN = Part({"device": "m-1", "slot_s": 900}, {"board.py": b"x = 1\n"}, {"probes1": "00ff"})
_PASSWORD, _KEY, _CODE = "hunter2-of-the-broker", b"\x00key\xff" * 6, "00112233445566778899aabb"
_SECRET = Part({"broker_password": _PASSWORD}, {"command.key": _KEY}, {"installer1": _CODE})
_PHRASE = "correct horse"


def _backup(secret=None):
    return Backup("0.1.0", 1_790_000_000, _METER, _OPEN, {"slot_s": 1800}, ["command.key"], secret)


@pytest.fixture(scope="module")
def sealed():
    return packed(_backup(_SECRET), _PHRASE)


def _document(tmp_path, content):
    path = tmp_path / "b"
    write(path, content)
    assert path.stat().st_mode & 0o77 == 0
    return read(path)


def test_what_goes_in_comes_out(tmp_path, sealed):
    plain = _document(tmp_path, packed(_backup(), None))
    assert not has_keys(plain) and unpacked(plain, None) == _backup()
    document = _document(tmp_path, sealed)
    assert has_keys(document) and unpacked(document, _PHRASE) == _backup(_SECRET)
    assert digest(document) != digest(plain)


def test_keys_are_sealed(sealed):
    for secret in (_PASSWORD.encode(), _KEY, bytes.fromhex(_CODE), _PHRASE.encode()):
        assert not [one for one in spellings(secret) if one in sealed]
    assert packed(_backup(_SECRET), _PHRASE) != sealed, "the same salt and nonce twice"


def test_a_wrong_passphrase_and_keys_of_another_file(tmp_path, sealed):
    document = _document(tmp_path, sealed)
    with pytest.raises(BackupError, match="not the passphrase"):
        unpacked(document, _PHRASE + " ")
    document["meter"] = {**_METER, "name": "m-2"}
    with pytest.raises(BackupError, match="not the passphrase"):
        unpacked(document, _PHRASE)


def test_a_torn_or_changed_file(tmp_path, sealed):
    chance, whole = Random(1), _document(tmp_path, sealed)
    for _ in range(60):
        size = chance.randrange(len(sealed))
        with pytest.raises(BackupError, match="damaged|no backup"):
            _document(tmp_path, sealed[: min(size, len(sealed) - 2)])
        changed = bytearray(sealed)
        changed[size] ^= 1 << chance.randrange(8)
        try:
            assert _document(tmp_path, bytes(changed)) == whole  # white space
        except BackupError as error:
            assert any(word in str(error) for word in ("damaged", "no backup", "has format"))
    with pytest.raises(BackupError, match="can't be read"):
        read(tmp_path / "none")


def _changed(tmp_path, **changes):
    """A file that is whole, and says something else."""
    document = json.loads(packed(_backup(), None)) | changes
    del document["sha256"]
    text = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    document["sha256"] = hashlib.sha256(text).hexdigest()
    return _document(tmp_path, json.dumps(document).encode())


def test_files_that_this_version_does_not_take(tmp_path):
    with pytest.raises(BackupError, match=r"format 2, of rill 9.0, and this one knows 1"):
        _changed(tmp_path, rill_backup=FORMAT + 1, made_by="9.0")
    with pytest.raises(BackupError, match="no backup"):
        _changed(tmp_path, rill_backup="1")
    for wrong in ({"open": {}}, {"meter": {**_METER, "odometer_ml": "5"}}, {"commanded": 7}):
        with pytest.raises(BackupError, match="a part of it is missing"):
            unpacked(_changed(tmp_path, **wrong), None)
    for name, value in (("odometer_ml", 1 << 70), ("odometer_ml", -1), ("offset_ml", -(1 << 70)),
                        ("command_counter", 1 << 32)):  # fmt: skip
        with pytest.raises(BackupError, match=f"{name} is {value}, which no meter"):
            unpacked(_changed(tmp_path, meter={**_METER, name: value}), None)
    keys = {"kdf": "scrypt", "n": 1 << 30, "r": 8, "p": 1, "cipher": "AES-256-GCM"}
    with pytest.raises(BackupError, match="more memory or time"):
        unpacked(_changed(tmp_path, keys=keys), _PHRASE)
    with pytest.raises(BackupError, match="sealed by argon2"):
        unpacked(_changed(tmp_path, keys=keys | {"kdf": "argon2"}), _PHRASE)


@pytest.mark.parametrize("name", ["main.py", "../x", "config.json", "command.key", "a/whole"])
def test_files_and_blobs_that_no_backup_has(tmp_path, name):
    for wrong in (Part(files={name: b"x"}), Part(blobs={name: "00"})):
        with pytest.raises(BackupError, match="would write"):
            unpacked(_changed(tmp_path, open=wrong.plain()), None)


def test_sealed_parts_have_nothing_but_keys(tmp_path):
    for wrong in (Part(files={"board.py": b"x"}), Part(blobs={"ledger1": "00"})):
        document = _document(tmp_path, packed(_backup(wrong), _PHRASE))
        with pytest.raises(BackupError, match="would write"):
            unpacked(document, _PHRASE)


def test_passphrases(tmp_path):
    file = tmp_path / "p"
    file.write_text(f"{_PHRASE}\nmore\n")
    assert new_passphrase(file) == known_passphrase(file) == _PHRASE
    file.write_text("short\n")
    with pytest.raises(PassphraseError, match="8 characters or more"):
        new_passphrase(file)
    with pytest.raises(PassphraseError, match="can't be read"):
        new_passphrase(tmp_path / "none")
    with pytest.raises(PassphraseError, match="nobody to ask"):
        known_passphrase(None)


@pytest.mark.parametrize("name", ["/proc/foo", "n" * 300])
def test_a_place_where_no_file_can_be(tmp_path, monkeypatch, rill, name):
    monkeypatch.chdir(tmp_path)
    status, _, said = rill("backup", "/dev/no", "--to", name)
    assert status == 2 and "can't be written: " in said
    assert "no port" in rill("backup", "/dev/no", "--to", "new")[2]
    assert not list(tmp_path.iterdir())
