"""Promise: what a cable brings is in the database of `rill collect` as if it had come over the
air: each record once, what came both ways is no conflict, and only what lacks is fetched.
"""

import json

import pytest

from rill.cable.prompt import PortError
from rill.cable.pull_side import unescaped
from rill.cable.pulled import Database, continued
from rill.cable.stored_frames import COLUMNS, message_row
from rill.image import ROOT
from rill.message import Message, checked
from rill.store import Store

_VECTORS = json.loads((ROOT / "tests/vectors/record.json").read_text())
_OF = ("m-1", "9f86d081884c7d65")


def _body(kind, n=0):
    return bytes.fromhex(_VECTORS[kind][n]["body"])


def _said(stream, *rows):
    of = dict(zip(("device", "journal"), _OF, strict=True))
    return checked({"v": 2, **of, "stream": stream, "rows": list(rows)})


@pytest.mark.parametrize("kind", ["reading_1", "reading_2", "reading_5", "event_3"])
def test_a_frame_says_what_a_message_says(kind):
    stream = "events" if kind.startswith("event") else "readings"
    for vector in _VECTORS[kind]:
        fields = {"uncertainty_s": 65535} | vector["fields"]
        if fields.get("odometer_ml", 0) >= 1 << 63:
            continue  # no message can say that
        (found,) = _said(stream, message_row(stream, 7, bytes.fromhex(vector["body"]))).rows
        is_dated = not fields["flags"] & 1
        assert found.time_s == (fields["time_s"] if is_dated else None)
        assert found.uptime_s == (None if is_dated else fields["time_s"])
        assert found.boot == (None if is_dated else fields["boot"])
        names = set(found._fields) & set(fields) - {"time_s", "boot"}
        assert {name: getattr(found, name) for name in names} == {n: fields[n] for n in names}
        assert [list(one) for one in getattr(found, "quality", ())] == vector.get("quality", [])


def test_only_what_lacks_is_fetched_and_what_came_over_the_air_stays(tmp_path):
    path = str(tmp_path / "rill.db")
    said = message_row("readings", 1, _body("reading_2"))
    with Store(path) as store:
        near, far = range(3, 5), range(300, 503)
        store.add(_said("readings", *([n, *said[1:]] for n in (*near, *far))))
    with Database(path, *_OF, 250) as target:
        assert target.wanted("readings", 2, 600) == [(2, 299), (503, 600)]
        assert target.wanted("events", 1, 0) == []
        for seq in (*range(2, 300), *range(503, 601)):
            assert target.take("readings", seq, _body("reading_5" if seq == 9 else "reading_2"))
        assert not target.take("readings", 601, b"\x63" + bytes(41))
        assert target.take("events", 1, _body("event_3"))
        assert target.done("readings") == 2
        assert target.numbers() == {"db": path, "conflicts": 0}
    with Store(path) as store, Database(path, *_OF, None) as target:
        assert [row["seq"] for row in store.rows("m-1")] == list(range(2, 601))
        assert [row["seq"] for row in store.quality("m-1")] == [9, 9, 9]
        assert store.database.run("SELECT seq, offset_ml FROM offsets") == [
            {"seq": 600, "offset_ml": 250}
        ]
        assert not target.wanted("readings", 2, 600) and not target.wanted("events", 1, 1)
        assert target.wanted("readings", 2, 601) == [(601, 601)]
        target.take("readings", 4, _body("reading_5"))
        target.done("readings")
        assert target.numbers()["conflicts"] == 1
        assert store.database.run("SELECT highest_seq, oldest_seq FROM streams")[1:] == [
            {"highest_seq": 600, "oldest_seq": 2}
        ]


def test_what_is_verified_is_kept_whatever_ends_it(tmp_path):
    path = str(tmp_path / "rill.db")
    with pytest.raises(KeyboardInterrupt), Database(path, *_OF, 0) as target:
        target.wanted("readings", 1, 9)
        target.take("readings", 1, _body("reading_2"))
        raise KeyboardInterrupt
    with Store(path) as store:
        assert len(store.rows("m-1")) == 1


def test_a_reading_without_a_time_takes_that_of_the_air(tmp_path):
    path = str(tmp_path / "rill.db")
    undated = next(v for v in _VECTORS["reading_2"] if v["fields"]["flags"] & 1)
    with Database(path, *_OF, 0) as target:
        target.wanted("readings", 1, 1)
        target.take("readings", 1, bytes.fromhex(undated["body"]))
    row = message_row("readings", 1, bytes.fromhex(undated["body"]))
    with Store(path) as store:
        assert store.rows("m-1")[0]["time_s"] is None
        message: Message = _said("readings", [1, 1_790_000_000, *row[2:5], 0, 9])
        assert store.add(message) == (0, 1) and store.conflicts == 0
        assert store.rows("m-1")[0]["time_s"] == 1_790_000_000


def test_bytes_that_mean_something_to_a_prompt():
    assert unescaped(b"a\x1b@\x1bAb\x1bB\x1bC") == b"a\x1b\x04b\n\r"
    assert unescaped(b"\x1b") == b"" and unescaped(b"") == b""


@pytest.mark.parametrize(
    "behind, last, kept",
    [
        (b"", 0, b""),
        (b"7,1,,1,0,5,0,0,A. M", 0, b""),
        ("7,1,,1,0,5,0,0,Jürgen\n".encode(), 7, "7,1,,1,0,5,0,0,Jürgen\n".encode()),
        ("7,1,,1,0,5,0,0,A\n8,1,,1,0,5,0,0,J\xfc".encode()[:-1], 7, b"7,1,,1,0,5,0,0,A\n"),
        (b"7,1,,1,0,5,0,0,A\n\n", 7, b"7,1,,1,0,5,0,0,A\n\n"),
    ],
)
def test_a_table_goes_on_behind_its_last_whole_line(tmp_path, behind, last, kept):
    path, head = tmp_path / "t.csv", (",".join(COLUMNS["events"]) + "\n").encode()
    path.write_bytes(head + behind)
    assert continued(path, COLUMNS["events"]) == last and path.read_bytes() == head + kept
    for begun in (b"", head[:9]):
        path.write_bytes(begun)
        assert continued(path, COLUMNS["events"]) == 0 and path.read_bytes() == head


@pytest.mark.parametrize("line", [b"total,8,,,,,,,\n", b"7,1,,1,0,5,0,0,J\xfcrgen\n"])
def test_a_table_that_somebody_has_changed(tmp_path, line):
    path = tmp_path / "t.csv"
    path.write_bytes((",".join(COLUMNS["events"]) + "\n").encode() + line)
    with pytest.raises(PortError, match="ends with no record .* move it away"):
        continued(path, COLUMNS["events"])
