"""Promise: `rill pull` brings each reading and event of a journal, once, verified, and goes on
behind what it has; what came damaged is an error.
"""

import csv
import json

import pytest

from flashed_tree import flashed_tree
from rill.cable.port import Port
from rill.cable.prompt import PortError
from rill.cable.pull_command import NotWhole, pull
from rill.cable.pulled import continued
from rill.cable.reaching import enter
from rill.cable.served import ServedBoard
from rill.cable.stored_frames import COLUMNS, SALTS, FrameError, opened, row
from rill.image import ROOT

_VECTORS = json.loads((ROOT / "tests/vectors/record.json").read_text())


@pytest.mark.parametrize("kind", ["reading_1", "reading_2", "reading_5", "event_3"])
def test_bodies_are_read_as_documented(kind):
    stream = "events" if kind.startswith("event") else "readings"
    for vector in _VECTORS[kind]:
        body, fields = bytes.fromhex(vector["body"]), vector["fields"]
        values = dict(zip(COLUMNS[stream], row(stream, 7, body), strict=True))
        assert values.pop("seq") == 7
        time_s = [values.pop("time_s"), values.pop("since_power_on_s")]
        assert time_s[fields["flags"] & 1] == fields["time_s"] and "" in time_s
        assert values.pop("quality", "").count(":") == 3 * len(vector.get("quality", ()))
        assert values == {name: fields[name] for name in values}


def test_frames_that_are_not_sound():
    frame = bytes.fromhex("0107000000") + b"\x09"
    for wrong in (b"", frame, frame + bytes(4) + b"\x01", frame + bytes(4) + b"\x02"):
        with pytest.raises(FrameError):
            opened(wrong, SALTS["readings"])


def _rows(numbers, stream):
    path = next(one for one in numbers["files"] if stream in one)
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_twice_at_a_meter(tmp_path):
    """The second time a line is torn, and the meter has one reading more."""
    tree = flashed_tree(tmp_path, device="m")
    with ServedBoard(tmp_path / "board", tree) as board:
        assert board.wait_asleep()
        first = _pulled(board, tmp_path)
        assert board.wait_asleep(), "the meter does not go on"
        path = tmp_path / f"{first['journal']}.readings.csv"
        before = path.read_text()
        path.write_text(before[:-3])
        board.pass_time(3600)
        assert board.wait_asleep()
        _refuses_damage(board, tmp_path)
        second = _pulled(board, tmp_path)
    assert path.read_text().startswith(before)
    for stream in SALTS:
        seqs = [int(one["seq"]) for one in _rows(second, stream)]
        assert seqs == list(range(1, second[stream]["last_seq"] + 1)) and seqs
        assert second[stream]["damaged"] == second[stream]["unknown"] == 0
    assert second["readings"]["last_seq"] > first["readings"]["last_seq"]
    path.write_text("a,b\n")
    with pytest.raises(PortError, match="no file of `rill pull`"):
        continued(path, COLUMNS["readings"])
    assert any("0.1.0" in one["text"] for one in _rows(second, "events"))


def _pulled(board, folder, noise=None):
    with (_Noisy if noise else Port)(board.path) as port:
        port.noise = noise
        board.press_button()
        enter(port, lambda text: board.press_button())
        return pull(port, folder)


def _refuses_damage(board, folder):
    for noise, reason in (
        ((b"=*", b"=+"), "what came over the cable is damaged"),
        ((b"end ", b"end 9"), "came, and the meter sent 9"),
        ((b"end ", b"dne "), "the meter sent None"),
    ):
        with pytest.raises(NotWhole, match=reason):
            _pulled(board, folder, noise)
        assert board.wait_asleep(), "the meter does not go on"


class _Noisy(Port):
    """A cable that changes what comes over it."""

    noise = (b"", b"")

    def exec(self, code, timeout_s=10.0, hear=None):
        if hear is None:
            return super().exec(code, timeout_s)
        heard = bytearray()
        said = super().exec(code, timeout_s, heard.extend)
        hear(bytes(heard).replace(*self.noise))
        return said


def test_a_folder_that_is_not_there(tmp_path, rill):
    status, _, said = rill("pull", "/dev/no", "--to", str(tmp_path / "no"))
    assert status == 2 and "mkdir -p" in said
