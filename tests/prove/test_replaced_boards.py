"""Promise: a board goes on as the meter of a backup: its name, settings, keys, calibrations and
what it has learned; it never counts backwards; whatever ends a restore, the meter boots, is never
half of one and half of another meter at the head end, and the next run completes it.
"""

import json
import struct
from random import Random

import pytest

from replaced import (
    CA,
    CODE,
    CONFIG,
    KEY,
    SECRETS,
    asked,
    blobs,
    identity,
    new_board,
    old_meter,
    rill_at,
)  # fmt: skip
from rill.cable.ask_command import answers
from rill.cable.writing import ERASING, MARK, remove, write_whole

pytestmark = pytest.mark.prove
_PHRASE = "correct horse\n"


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """(file with keys, file without, what the meter said) of a meter that is gone."""
    from rill import cli

    folder = tmp_path_factory.mktemp("old")
    (folder / "phrase").write_text(_PHRASE)
    (folder / "code").write_text(CODE)
    sealed, plain = folder / "sealed", folder / "plain"

    def rill(*words):
        return cli.main(list(words)), "", ""

    with old_meter(folder) as board:
        more = ["--with-keys", "--passphrase-file", str(folder / "phrase")]
        assert rill_at(board, rill, "backup", board.path, "--to", str(sealed), *more)[0] == 0
        assert board.wait_asleep(), "the meter does not go on"
        assert rill_at(board, rill, "backup", board.path, "--to", str(plain))[0] == 0
        assert board.wait_asleep()
        said = identity(board)
    return sealed, plain, said


def _words(board, file, *more):
    phrase = file.parent / "phrase"
    more = (*more, "--passphrase-file", str(phrase)) if file.name == "sealed" else more
    return ["restore", str(file), board.path, "--json", *more]


def _by_force(file):
    return ["--force", "--code-file", str(file.parent / "code")]


def test_a_new_board_goes_on(old, tmp_path, rill):
    sealed, _, (before, had, files, _, _) = old
    with new_board(tmp_path / "new") as board:
        status, numbers = rill_at(board, rill, *_words(board, sealed))
        assert status == 0, numbers
        assert numbers["missing"] == [] and not numbers["is_continued"]
        assert board.wait_asleep(), "the meter does not go on"
        now, has, there, events, names = identity(board)
        again, why = rill_at(board, rill, *_words(board, sealed))
        board.reset("power_on")
        assert board.wait_asleep()
        later = identity(board)[0]
    assert before["odometer_ml"] == 40_000 == now["odometer_ml"] == numbers["odometer_ml"]
    assert before["odometer_ml"] + before["offset_ml"] == 98_765_000 == numbers["body_ml"]
    for name in ("name", "odometer_ml", "offset_ml", "command_counter"):
        assert now[name] == before[name] == later[name], name
    assert now["journal"] != before["journal"] and "restoring" not in names
    assert has["settings"] == had["settings"] == CONFIG
    filed = json.loads(sealed.read_text())["open"]
    others = {key: blob for key, blob in had["blobs"].items() if key != "ledger1"}
    assert {key: has["blobs"][key] for key in others} == others
    assert all(now >= then for now, then in zip(_sums(has), _sums(filed), strict=True))
    assert {key: has["blobs"][key] for key in blobs()} == {k: b.hex() for k, b in blobs().items()}
    assert _keys(there) == _keys(files)
    assert there["command.key"] == KEY.encode() and there["broker.der"] == CA
    assert "this board follows another one: rill restore, 240ac4" in events
    assert again == 2 and "is m-0001 already, as the file says" in why


def _sums(has):
    """Of the ledger: seconds, polls, and counts of all acts."""
    ledger = bytes.fromhex(has["blobs"]["ledger1"])
    return struct.unpack_from("<IQ28I", ledger, 9)


def _keys(files):
    return {name: data for name, data in files.items() if name != "config.json"}


def test_without_keys_the_rest_is_asked_for(old, tmp_path, rill):
    _, plain, (before, had, _, _, _) = old
    with new_board(tmp_path / "new") as board:
        status, numbers = rill_at(board, rill, *_words(board, plain))
        assert status == 0 and not numbers["has_keys"]
        assert sorted(numbers["missing"]) == sorted(
            [*SECRETS, "command.key", "client.key", "client.der", "installer code"]
        )
        assert board.wait_asleep()
        now, has, there, _, _ = identity(board)
    assert now["odometer_ml"] == before["odometer_ml"]
    assert has["settings"] == {k: v for k, v in CONFIG.items() if k not in SECRETS}
    assert set(there) == {"broker.der", "config.json"}


def test_refusals_write_nothing(old, tmp_path, rill):
    sealed, plain, _ = old
    torn = tmp_path / "torn"
    torn.write_bytes(plain.read_bytes()[:-40])
    wrong = tmp_path / "wrong"
    wrong.write_text("another horse\n")
    with new_board(tmp_path / "new") as board:
        acts = board.flash_acts
        for words, reason in (
            (["restore", str(sealed), board.path, "--passphrase-file", str(wrong)], "passphrase"),
            (["restore", str(sealed), board.path], "nobody to ask"),
            (["restore", str(torn), board.path], "damaged"),
            (["restore", str(tmp_path / "none"), board.path], "can't be read"),
        ):
            status, _, why = rill(*words)
            assert status == 2 and reason in why
        assert board.is_asleep() and board.flash_acts == acts and len(board.resets) == 1
        status, why = rill_at(board, rill, "backup", board.path, "--to", str(plain))
        assert status == 2 and "is there already" in why
        with asked(board) as port:
            write_whole(port, MARK, b'{"backup": "of another file"}')
        assert board.wait_asleep()
        status, why = rill_at(board, rill, *_words(board, plain))
        assert status == 2 and "a restore of another file has begun" in why
        to = str(tmp_path / "half")
        status, why = rill_at(board, rill, "backup", board.path, "--to", to)
        assert status == 2 and "it is no whole meter" in why and not (tmp_path / "half").exists()
        status, numbers = rill_at(board, rill, "status", board.path, "--json")
        assert status == 1 and "`rill restore` has begun" in numbers["wrong"][0]
        keys = ["--keys", str(tmp_path / "keys")]
        status, why = rill_at(board, rill, "provision", board.path, "--device", "m-9", *keys)
        assert status == 2 and "a `rill restore` has begun on it" in why
        with asked(board) as port:
            remove(port, MARK)
            write_whole(port, ERASING, b"")  # what is left is somebody else's
        for words in (
            _words(board, plain, "--force"),
            ("backup", board.path, "--to", to),
            ("provision", board.path, "--device", "m-9", "--force", *keys),
        ):
            assert board.wait_asleep()
            status, why = rill_at(board, rill, *words)
            assert status == 2 and "a meter.erase() has begun on it and not ended" in why


def test_another_meter_only_by_force_and_never_backwards(old, tmp_path, rill):
    """Its keys go, its litres stay in the odometer, and the body shows what it did."""
    _, plain, (before, _, _, _, _) = old
    with old_meter(tmp_path) as board:
        who, *_ = identity(board)
        assert who["odometer_ml"] == 40_000
        _rename(board)
        status, why = rill_at(board, rill, *_words(board, plain))
        assert status == 2 and "is m-0002, and would become m-0001. --force" in why
        assert board.wait_asleep()
        assert identity(board)[0]["odometer_ml"] == 41_000
        status, numbers = rill_at(board, rill, *_words(board, plain, "--force"))
        assert status == 2 and "installer code is needed" in numbers
        assert board.wait_asleep()
        status, numbers = rill_at(board, rill, *_words(board, plain, *_by_force(plain)))
        assert status == 0 and numbers["installer_code"] == "of the board", numbers
        assert "installer code" not in numbers["missing"]
        assert board.wait_asleep()
        now, _, there, _, _ = identity(board)
    assert (now["name"], now["odometer_ml"]) == ("m-0001", 41_000)
    assert now["odometer_ml"] + now["offset_ml"] == before["odometer_ml"] + before["offset_ml"]
    assert set(there) == {"broker.der", "config.json"}


def _rename(board):
    """It is m-0002 and has counted a litre more."""
    with asked(board) as port:
        port.put("config.json", json.dumps({**CONFIG, "device": "m-0002"}).encode())
        new = {
            "who": "B",
            "command_counter": 0,
            "odometer_ml": 41_000,
            "offset_ml": 0,
            "blobs": {},
        }
        assert answers(port, f"follow({new!r})", 60) == [{"done": True}]
    assert board.wait_asleep()


@pytest.mark.parametrize("seed, is_other", [(1, False), (3, True)])
def test_cut_at_seeded_acts_of_the_flash(old, tmp_path, rill, seed, is_other):
    """On a blank board, and by force on one that is another meter."""
    sealed, _, (before, had, files, _, _) = old
    chance, cuts = Random(seed), 0
    force = _by_force(sealed) if is_other else []
    with old_meter(tmp_path) if is_other else new_board(tmp_path) as board:
        if is_other:
            _rename(board)
        began = identity(board)[0]
        least = began["odometer_ml"]
        for most in (8, 30, 12, 20, 8, 1 << 30):
            board.cut(chance.randint(most // 4, most), chance.choice(("before", "torn", "after")))
            status, said = rill_at(board, rill, *_words(board, sealed, *force))
            board.cut(1 << 30)  # not any more
            assert board.wait_asleep(), "it does not boot"
            if status == 0 or "is complete" in said:
                break
            cuts += 1
            assert status == 2 and "again: it continues" in said
            now, has, there, _, _ = identity(board)
            assert now["odometer_ml"] >= least
            is_silent = not has["settings"].get("broker_host")
            is_whole = has["settings"] == had["settings"] and _keys(there) == _keys(files)
            names = ("name", "odometer_ml", "offset_ml")
            is_untouched = all(now[name] == began[name] for name in names)
            assert is_silent or is_whole or is_untouched
            least = now["odometer_ml"]
        now, has, there, _, names = identity(board)
    body_ml = before["odometer_ml"] + before["offset_ml"]
    assert cuts >= 1
    assert (now["name"], now["odometer_ml"] + now["offset_ml"]) == ("m-0001", body_ml)
    assert now["odometer_ml"] == before["odometer_ml"] + 1000 * is_other
    assert has["settings"] == had["settings"] and _keys(there) == _keys(files)
    assert has["blobs"]["probes1"] == had["blobs"]["probes1"] and "restoring" not in names
