"""Promise: a cable that is pulled before there is a prompt ends with what to do, too."""

import os
import threading
import tty

import pytest

from rill.cable.backup_file import Backup, Part, packed, write

_METER = {"name": "m-1", "chip": "c1", "journal": "ab" * 8, "odometer_ml": 5,
          "offset_ml": -2, "command_counter": 7}  # fmt: skip


@pytest.fixture
def pulled():
    """A port that goes as soon as something comes over it."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    path = os.ttyname(theirs)

    def pull():
        os.read(ours, 1)
        os.close(ours)

    hand = threading.Thread(target=pull)
    hand.start()
    yield path
    hand.join()
    os.close(theirs)


@pytest.mark.parametrize(
    "words, again",
    [
        (["backup", "--to", "new"], "run `rill backup` again"),
        (["restore", "file"], "run `rill restore file` again: it continues"),
        (["pull"], "`rill pull` again, it continues"),
        (["deploy"], "run `rill deploy` again: it continues"),
        (["provision", "--device", "m-1", "--keys", "keys"], "run `rill provision` again"),
    ],
)
def test_what_to_do(tmp_path, monkeypatch, rill, pulled, words, again):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "file", packed(Backup("0.1.0", 1, _METER, Part(), {}, []), None))
    status, _, said = rill(*words, pulled)
    assert status == 2 and again in said
