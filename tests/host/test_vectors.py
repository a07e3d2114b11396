"""Promise: the documents are enough for a decoder; the device has the same vectors."""

import json
import struct

import pytest

from rill.image import ROOT
from rill.message import decode

_LAYOUTS = {
    "reading_1": "<BIHHQIHQII",
    "reading_2": "<BIHHQIHQIIHB",
    "event_3": "<BBIHBHBqq",
    "freeze_4": "<BIHHHQQ",
    "reading_5": "<BIHHQIHQIIHB",
}
_QUALITY = "<BBiIi"  # each of the values behind a reading of kind 5
_NO_VALUE = -(2**31)


def _vectors(name):
    return json.loads((ROOT / "tests" / "vectors" / name).read_text())


@pytest.mark.parametrize("kind", _LAYOUTS)
def test_a_stored_body_decodes_by_the_table_of_the_record_format(kind):
    size = struct.calcsize(_LAYOUTS[kind])
    for vector in _vectors("record.json")[kind]:
        body = bytes.fromhex(vector["body"])
        found = dict(
            zip(vector["fields"], struct.unpack_from(_LAYOUTS[kind], body)[1:], strict=False)
        )
        if kind == "event_3":
            found["text"] = body[size:].decode()
        if kind == "reading_5":
            values = [list(value) for value in struct.iter_unpack(_QUALITY, body[size:])]
            for value in values:
                value[2] = None if value[2] == _NO_VALUE else value[2]
            assert values == vector["quality"]
        if kind == "reading_1":
            found |= {"uncertainty_s": 65535, "era": 0}
        assert body[0] == int(kind[-1]) and found == vector["fields"]


@pytest.mark.parametrize("vector", _vectors("payload.json")["vectors"])
def test_a_message_decodes_to_the_records_it_was_made_of(vector):
    message = decode(vector["payload"].encode())
    head = dict(vector["head"])
    assert (message.device, message.journal) == (head["device"], head["journal"])
    assert message.stream == head["stream"] and len(message.rows) == len(vector["records"])
    for row, record, dated in zip(message.rows, vector["records"], vector["dated"], strict=True):
        assert [row.time_s, row.uncertainty_s, row.flags] == dated
        for name in row._fields:
            if name in ("seq", "odometer_ml", "interval_ml", "battery_mv", "code", "before",
                        "after", "text"):  # fmt: skip
                assert getattr(row, name) == record[name]
        if "quality" in vector:
            values = vector["quality"][message.rows.index(row)]
            assert [list(value) for value in row.quality] == values
        if row.time_s is None:
            assert (row.boot, row.uptime_s) == (record["boot"], record["time_s"])
