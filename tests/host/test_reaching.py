"""Promise: whenever the button of a sleeping meter is pressed, its prompt is there, and who does
not press it is asked to; a cable that is pulled before ends with what to do, too.
"""

import os
import threading
import time
import tty

import pytest

from flashed_tree import flashed_tree
from rill.cable import reaching
from rill.cable.backup_file import Backup, Part, packed, write
from rill.cable.port import Port
from rill.cable.reaching import enter
from rill.cable.served import ServedBoard

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


def test_a_press_that_comes_before_anybody_asks_for_it(tmp_path):
    said = []
    with ServedBoard(tmp_path / "board", flashed_tree(tmp_path)) as board:
        assert board.wait_asleep()
        finger = threading.Timer(0.5, board.press_button)
        with Port(board.path) as port:
            finger.start()
            enter(port, said.append, patience_s=4)
            assert port.value("1 + 1") == 2
    assert not said and board.resets == ["power_on", "button"]


def test_a_wake_that_was_over_is_no_answer(monkeypatch):
    monkeypatch.setattr(reaching, "_FIRST_S", 0.2)
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    said = []
    with Port(os.ttyname(theirs)) as port:
        os.write(ours, b"\r\nreport sent, sleeping\r\n")
        port.enter = lambda: None
        enter(port, said.append, patience_s=0.1)
    os.close(ours)
    os.close(theirs)
    assert len(said) == 1 and "press its button BOOT now" in said[0]


def test_a_raw_prompt_that_another_tool_has_left(tmp_path):
    with ServedBoard(tmp_path / "board") as board, Port(board.path) as port:
        port.enter()
        began_s = time.monotonic()
        enter(port, pytest.fail, patience_s=0)
        assert port.value("1 + 1") == 2 and time.monotonic() - began_s < 2
